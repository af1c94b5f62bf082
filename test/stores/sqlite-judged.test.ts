import fc from 'fast-check';
import { expect, test } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import { createSupervisor } from '../../src/index.ts';
import { sqliteStore } from '../../src/stores/sqlite.ts';
import { checkConcurrent, checkModel, simulate } from '../../src/testing/index.ts';
import { runProgram } from '../properties/run-program.ts';
import { programs } from '../properties/program.ts';
import { submittedTasks } from '../support/concurrent-task-system.ts';
import { onStore, stores } from '../support/stores.ts';
import { asClientsSee, taskSystem } from '../support/task-system.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { busyScenario } from '../testing/busy-scenario.ts';

const timeout = 120_000;

test('a supervisor on SQLite is as its chart, command by command', { timeout }, async () => {
  using folder = temporaryFolder();
  await using store = sqliteStore(folder.file('tasks.db'), { synchronous: 'normal' });
  const system = { ...taskSystem(), open: () => createSupervisor({ tasks: [], store }) };
  const report = await checkModel(taskMachine, system, { ...asClientsSee, seed: 3, numRuns: 40 });
  expect(report.missed).toEqual(['running.expiring', 'running.evicting', 'running.joining']);
});

test.for(['slow', 'flaky'] as const)(
  'a supervisor on SQLite that runs %s tasks is as its chart for several clients',
  { timeout },
  async (type) => {
    using folder = temporaryFolder();
    await using stores = new AsyncDisposableStack();
    let files = 0;
    // A new one for each run: simulated time gives the same keys again.
    const open = () => stores.use(sqliteStore(folder.file(`${(files += 1)}.db`), { synchronous: 'normal' }));
    const system = submittedTasks(type, { refused: 5, lost: 5 }, undefined, open);
    const report = await checkConcurrent(taskMachine, system, { ...asClientsSee, seed: 4, numRuns: 15 });
    expect(report.overlapping).toBeGreaterThan(0);
    expect(report.undecided).toBe(0);
  },
);

test('the same program has the same history on every store', { timeout }, async () => {
  for (const program of fc.sample(programs(), { numRuns: 8, seed: 20 })) {
    const histories: string[] = [];
    for (const kind of stores) histories.push((await runProgram(program, kind)).toString());
    expect(new Set(histories).size).toBe(1);
  }
});

test('busy supervisors over a bad line end everything once, on every store', { timeout }, async () => {
  const faults = { refused: 15, lost: 15, torn: 15, duplicated: 15 };
  for (const kind of stores)
    for (let seed = 1; seed <= Math.ceil(kind.share / 20); seed += 1)
      await onStore(kind, (store) => simulate(seed, busyScenario(faults), { openStore: () => store }));
});
