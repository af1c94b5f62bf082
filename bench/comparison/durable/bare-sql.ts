import { join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { keySource } from '../../../src/key.ts';
import { systemRandom } from '../../../src/random.ts';
import { SqliteFile } from '../../../src/stores/sqlite-file.ts';
import { endSql, insertSql, stepSql } from '../../../src/stores/sqlite-writes.ts';
import { type RecordRow, creationAt, lifeAt, rowOf } from '../../../src/stores/sqlite-row.ts';
import type { JournalRow } from '../../../src/stores/sqlite-protocol.ts';
import type { TaskRecord } from '../../../src/record.ts';
import { journalRow } from '../../../src/stores/sqlite-packing.ts';
import { noteJournal } from '../../../src/stores/sqlite-journal.ts';
import { sample } from './sample.ts';
import type { DurableSystem, Place } from './system.ts';

type Column = string | number | null;

/** What is written of a task when it is submitted, when it starts and when it ends. */
interface Rows {
  readonly queued: RecordRow;
  readonly running: RecordRow;
  readonly success: RecordRow;
  /** What the journal says of its start, and of its end. */
  readonly started: JournalRow | null;
  readonly ended: JournalRow | null;
}

async function rows(): Promise<Rows> {
  const { queued, running, success } = await sample();
  const entry = ({ sequence, life, leaf }: TaskRecord, event: string) =>
    journalRow([{ sequence, at: life.queuedAt, event, outcome: 'ok', leaf }]);
  return {
    queued: rowOf(queued, true),
    running: rowOf(running, false),
    success: rowOf(success, false),
    started: entry(running, 'START'),
    ended: entry(success, 'BODY_RETURNED'),
  };
}

interface Task {
  readonly id: number;
  readonly end: () => void;
}

/**
 * The statements with which the store inserts a task, starts it and ends it, with the journal of its steps, on its schema, in
 * transactions of so many; and nothing else. No thread, no chart, no queue, no check: what SQLite itself takes.
 */
export async function openBareSql(place: Place, synchronous: 'full' | 'normal'): Promise<DurableSystem> {
  const file = new SqliteFile({ path: join(place.folder, 'tasks.db'), synchronous });
  const { queued, running, success, started: startEntry, ended: endEntry } = await rows();
  const newKey = keySource(systemClock, systemRandom);
  const size = Math.max(1, Math.round(place.writesPerTransaction / 3));
  let [ids, waiting, started]: [number, Task[], Task[]] = [0, [], []];
  let submitted: (() => void)[] = [];
  let isWorking = false;

  const transact = () => {
    const ended = started.splice(0, size);
    const starting = waiting.splice(0, size);
    started.push(...starting);
    file.begin(true);
    for (const end of submitted.splice(0, size)) {
      waiting.push({ id: (ids += 1), end });
      const columns = [...columnsOf(queued, lifeAt), ...columnsOf(queued, creationAt)];
      file.run(insertSql, ids, newKey(), null, null, null, ...columns);
    }
    for (const { id } of starting) {
      noteJournal(file, id, 1, startEntry);
      file.run(stepSql, ...columnsOf(running, lifeAt), id);
    }
    for (const { id } of ended) {
      noteJournal(file, id, 2, endEntry);
      file.run(endSql, 2, id, success[1], ...columnsOf(success, lifeAt), id);
    }
    file.commit();
    for (const { end } of ended) end();
  };
  const work = () => {
    isWorking = submitted.length + waiting.length + started.length > 0;
    if (!isWorking) return;
    transact();
    setImmediate(work);
  };
  return {
    run: () =>
      new Promise<void>((resolve) => {
        submitted.push(resolve);
        if (isWorking) return;
        isWorking = true;
        setImmediate(work);
      }),
    async close() {
      file.close();
      return {};
    },
  };
}

function columnsOf(row: RecordRow, [from, to]: readonly [number, number]): Column[] {
  return row.slice(from, to) as Column[];
}
