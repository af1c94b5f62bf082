import { firstLife } from '../machines/task.ts';
import type { Access } from './access.ts';
import type { Submission } from './creating.ts';
import { Fault } from './fault.ts';
import { known } from './options.ts';
import { type TaskRecord, isFinal, stateOf } from './record.ts';
import type { Runtime } from './runtime.ts';
import { type SubmitOptions, reasonOf } from './submission.ts';

/** What may be said of a task that is submitted again; all else is the old one's. */
export type ResubmitOptions = Pick<SubmitOptions, 'initiatedBy'>;

/**
 * The record of a task that does again what one did that has ended, linked to that one, checked. The input is copied as
 * it is kept, so that nobody has to know its schema.
 *
 * @throws ManagedObjectNotFound, InvalidState, NotSupported, InvalidArgument.
 */
export async function resubmissionOf(
  runtime: Runtime,
  access: Access,
  key: string,
  given: ResubmitOptions,
): Promise<Submission> {
  const { initiatedBy } = known('options', given, ['initiatedBy']);
  const reason = reasonOf(initiatedBy);
  const ended = await access.permit('System.View', key);
  refuseUnended(ended);
  const { creation, life } = ended;
  const queuedAt = runtime.clock.now();
  const deadlineMs = life.deadlineAt === undefined ? undefined : life.deadlineAt - life.queuedAt;
  const record: TaskRecord = {
    key: runtime.newKey(),
    order: 0,
    sequence: 1,
    leaf: 'queued',
    creation: {
      ...creation,
      reason,
      parentTaskKey: key,
      rootTaskKey: creation.rootTaskKey ?? key,
      // A link for reading: whoever spawned the old one has its outcome, and may have ended itself.
      child: undefined,
    },
    life: firstLife({
      driver: 'supervisor',
      cancelable: life.cancelableAtFirst,
      queuedAt,
      startAt: undefined,
      maxAttempts: life.maxAttempts,
      maxLost: life.maxLost,
      deadlineAt: deadlineMs === undefined ? undefined : queuedAt + deadlineMs,
    }),
    children: undefined,
  };
  return { record, reservation: undefined };
}

function refuseUnended(record: TaskRecord): void {
  const { key, life } = record;
  const state = stateOf(record);
  const fields = { obj: key, state };
  if (life.driver === 'creator')
    throw new Fault(
      'NotSupported',
      `Expected to submit again what a supervisor ran, but task ${key} was driven by its creator.`,
      fields,
    );
  if (!isFinal(record))
    throw new Fault(
      'InvalidState',
      `Expected to submit again what has ended, but task ${key} is in state ${state}.`,
      fields,
    );
}
