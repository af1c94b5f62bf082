import { type Fault, invalidArgument } from './fault.ts';
import { childCreated } from './progress.ts';
import type { TaskRecord } from './record.ts';
import type { Group, Reservation } from './store.ts';

/** A task that is to be created, and the name under which it is created once. */
export interface Submission {
  readonly record: TaskRecord;
  readonly reservation: Reservation | undefined;
}

/**
 * What creates a task, and counts it among its parent's children. The record comes first: its verdict shows it as it was
 * stored. `leased`: as in a `Write`.
 */
export function creating({ record, reservation }: Submission, leased: boolean): Group {
  const sums = childCreated(record);
  return [
    { kind: 'insert', record, leased },
    ...(reservation ? [{ kind: 'reserve', ...reservation } as const] : []),
    ...(sums ? [sums] : []),
  ];
}

/** The name stands for a task already: the caller gets that one, unless it meant another. */
export function answerReserved(
  found: Reservation,
  wanted: Reservation | undefined,
  resolve: (key: string) => void,
  reject: (fault: Fault) => void,
): void {
  if (found.digest === wanted?.digest) return resolve(found.key);
  const property = found.owner === undefined ? 'input' : 'name';
  const expected =
    found.owner === undefined ? 'the one that this idempotencyKey was used with' : 'of a child of this type';
  reject(
    invalidArgument(property, expected, found.owner === undefined ? 'another' : found.digest, {
      obj: found.key,
    }),
  );
}
