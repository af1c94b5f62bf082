import { type TaskRecord, createSupervisor } from '../../src/index.ts';
import type { SqliteStore } from '../../src/stores/sqlite.ts';
import type { Breach } from './breach.ts';
import type { Mark } from './log.ts';
import { definitions, resultOf } from './tasks.ts';

/** Short, so that what the lost process was running is soon taken up. */
const leaseMs = 1_500;

const lost = (message: string): Breach => ({ law: 'kept', message });

/** What clients were told of the tasks stands in the records. */
function judgeMark({ word, values: [key = '', value] }: Mark, record: TaskRecord | undefined): Breach[] {
  if (!record) return [lost(`${key} was ${word}, and is not there`)];
  const { leaf, life, creation } = record;
  const state = leaf.split('.')[0];
  const isSo = {
    submitted: creation.input?.includes(value ?? '') === true,
    running: state !== 'queued',
    canceled: life.cancelled,
    ended: state === value,
  }[word];
  return isSo === true ? [] : [lost(`${key} was ${word} ${value ?? ''}, and is ${leaf}`)];
}

/** A supervisor that comes back brings everything to an end: what was queued, and what the lost process was running. */
async function endEverything(store: SqliteStore, marks: readonly Mark[]): Promise<Breach[]> {
  await using supervisor = await createSupervisor({ tasks: definitions, store, leaseMs });
  const inputs = new Map(marks.map(({ values: [key = '', input = ''] }) => [key, input]));
  const breaches: Breach[] = [];
  for await (const { key } of supervisor.tasks()) {
    const { state, cancelled, result } = await (await supervisor.task(key)).ended();
    const input = inputs.get(key);
    // Of what was not acknowledged nobody knows the input.
    const isRight = cancelled ? state === 'error' : input === undefined || result === resultOf(input);
    if (!isRight)
      breaches.push({ law: 'goesOn', message: `${key} ended in ${state} with ${String(result)}` });
  }
  return breaches;
}

export async function judgeTasks(
  marks: readonly Mark[],
  records: readonly TaskRecord[],
  store: SqliteStore,
): Promise<Breach[]> {
  const byKey = new Map(records.map((record) => [record.key, record]));
  const told = marks.flatMap((mark) => judgeMark(mark, byKey.get(mark.values[0] ?? '')));
  const submitted = marks.filter(({ word }) => word === 'submitted');
  return [...told, ...(await endEverything(store, submitted))];
}
