// A process that keeps tasks in a file until the power fails. It says what it asks, and what it was answered, by marks.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { Chance } from '../soak/chance.ts';
import { backUp } from './backups.ts';
import { type Surroundings, keepRecords } from './records.ts';
import { marksName } from './log.ts';
import { runTasks } from './tasks.ts';
import type { Workload } from './trial.ts';

const [folder = '', synchronous = '', workload = '', seed = '', limit = ''] = process.argv.slice(2);
const marks = openSync(join(folder, marksName), 'a');

/** What is said is in the log of the shim before anything else happens; then the parent hears of it. */
function mark(...words: readonly string[]): void {
  const line = `${words.join('\t')}\n`;
  writeSync(marks, line);
  process.stdout.write(line);
}

const path = join(folder, 'tasks.db');
const open = () => sqliteStore(path, { synchronous: synchronous === 'full' ? 'full' : 'normal' });
const workloads: Readonly<Record<Workload, (given: Surroundings) => Promise<void>>> = {
  records: keepRecords,
  tasks: runTasks,
  backups: backUp,
};
const chance = new Chance(Number(seed));
await workloads[workload as Workload]({ folder, open, say: mark, chance, limit: Number(limit) });
