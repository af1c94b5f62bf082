import fc from 'fast-check';
import { taskMachine } from '../../machines/index.ts';
import { checkModel } from '../../src/testing/index.ts';

const at = fc.constant(0);
const words = fc.record({ at: fc.string() });
const create = () => ({ cancel: () => 'canceled' });

/** An adapter is typed by the chart: events, payloads, inputs and instances. */
export const checks = [
  () =>
    checkModel(taskMachine, {
      create,
      inputs: fc.record({ driver: fc.constant('creator'), cancelable: fc.boolean(), queuedAt: at }),
      events: {
        CANCEL: { payload: fc.record({ at }), send: (task, event) => task.cancel() + event.at.toFixed() },
      },
    }),
  // @ts-expect-error a cancel has a time
  () => checkModel(taskMachine, { create, events: { CANCEL: { send: (task) => task.cancel() } } }),
  // @ts-expect-error its time is a number
  () => checkModel(taskMachine, { create, events: { CANCEL: { payload: words, send: () => '' } } }),
  // @ts-expect-error the chart has no such event
  () => checkModel(taskMachine, { create, events: { EXPLODE: { send: () => '' } } }),
  // @ts-expect-error the input lacks its driver
  () => checkModel(taskMachine, { create, inputs: fc.record({ queuedAt: at }), events: {} }),
];
