import fc from 'fast-check';
import { taskMachine } from '../../machines/index.ts';
import { type Schedule, checkConcurrent } from '../../src/testing/index.ts';

const at = fc.constant(0);
const create = (_input: unknown, _real: undefined, schedule: Schedule) => ({
  cancel: () => schedule.turn('cancels'),
});
const payload = fc.record({ at });

/** A system is typed by the chart: events, payloads, own steps; and instances by what makes them. */
export const checks = [
  () =>
    checkConcurrent(taskMachine, {
      open: ({ clock, random, schedule }) => ({ clock, random, read: () => schedule(Promise.resolve(1)) }),
      create: async (input, real) => ({ at: input.queuedAt + (await real.read()) }),
      inputs: fc.record({ driver: fc.constant('creator'), cancelable: fc.boolean(), queuedAt: at }),
      events: { CANCEL: { payload, send: (task, event) => task.at.toFixed() + event.at.toFixed() } },
      own: (task, may) => may({ type: 'EXPIRE', at: task.at }).returned(),
    }),
  () =>
    checkConcurrent(taskMachine, {
      create,
      events: { CANCEL: { payload, send: (task) => task.cancel() } },
      own: [{ type: 'START', at: 0, worker: 'w' }],
    }),
  () =>
    checkConcurrent(
      taskMachine,
      { create, events: {} },
      { clients: 2, stateOf: ({ context }) => context.task.progress },
    ),
  // @ts-expect-error a cancel has a time
  () => checkConcurrent(taskMachine, { create, events: { CANCEL: { send: (task) => task.cancel() } } }),
  // @ts-expect-error a start has a worker
  () => checkConcurrent(taskMachine, { create, events: {}, own: [{ type: 'START', at: 0 }] }),
  // @ts-expect-error the chart has no such event
  () => checkConcurrent(taskMachine, { create, events: {}, own: (_task, may) => may({ type: 'EXPLODE' }) }),
  // @ts-expect-error there is no such option
  () => checkConcurrent(taskMachine, { create, events: {} }, { client: 2 }),
];
