import fc from 'fast-check';
import { type AnyStateMachine, setup } from 'xstate';
import { taskMachine } from '../../machines/index.ts';
import {
  type ChartSpecificationOptions,
  type ModelSystem,
  type TraceEntry,
  type TraceOptions,
  chartSpecification,
  checkModel,
  checkTrace,
} from '../../src/testing/index.ts';

const events = {};
const create = () => ({});
const input = { driver: 'creator', cancelable: true, queuedAt: 0 } as const;
const inputs = fc.constant(input);
const plain = setup({ types: { events: {} as { type: 'GO' } } }).createMachine({ on: { GO: {} } });
const maybe = setup({
  types: { events: {} as { type: 'GO' }, input: {} as { room: number } | undefined },
}).createMachine({ on: { GO: {} } });

/** A chart that cannot do without an input has to be given it; another need not be, but may. */
export const given = [
  () => checkModel(taskMachine, { create: ({ queuedAt }) => queuedAt.toFixed(), inputs, events }),
  () => checkModel(plain, { create, events }),
  () => checkModel(maybe, { create, events }),
  () => checkModel(maybe, { create, events, inputs: fc.record({ room: fc.nat() }) }),
  () => checkTrace(taskMachine, [], { input }),
  () => checkTrace(taskMachine, [], { from: checkTrace(taskMachine, [], { input }) }),
  () =>
    checkTrace(taskMachine, [], {
      from: taskMachine.getPersistedSnapshot(checkTrace(taskMachine, [], { input })),
    }),
  () => checkTrace(taskMachine, [], { input, stateOf: ({ context }) => context.task.progress }),
  () => checkTrace(plain, []),
  () => checkTrace(plain, [], { answerOf: ({ event, outcome }) => event.type + outcome }),
  () => checkTrace(maybe, [{ event: { type: 'GO' } }]),
  () => chartSpecification(taskMachine, { input: (key) => ({ ...input, queuedAt: key.length }) }),
  () => chartSpecification(taskMachine, { initial: () => checkTrace(taskMachine, [], { input }) }),
  () =>
    chartSpecification(taskMachine, {
      input: () => input,
      fingerprint: ({ context }) => String(context.task.progress),
    }),
  () => chartSpecification(plain),
  () => chartSpecification(maybe, { fingerprint: () => '' }),
];

export const missing = [
  // @ts-expect-error a task is made from an input
  () => checkModel(taskMachine, { create, events }),
  // @ts-expect-error it has a driver
  () => checkModel(taskMachine, { create, events, inputs: fc.record({ queuedAt: fc.nat() }) }),
  // @ts-expect-error a task is made from an input
  () => checkTrace(taskMachine, []),
  // @ts-expect-error a task is made from an input
  () => checkTrace(taskMachine, [], {}),
  // @ts-expect-error it has a driver
  () => checkTrace(taskMachine, [], { input: { queuedAt: 0 } }),
  // @ts-expect-error there is no such option
  () => checkTrace(taskMachine, [], { input, inputs }),
  // @ts-expect-error a task is made from an input
  () => chartSpecification(taskMachine),
  // @ts-expect-error a task is made from an input
  () => chartSpecification(taskMachine, { fingerprint: () => '' }),
  // @ts-expect-error a function says from which
  () => chartSpecification(taskMachine, { input }),
];

/** All of them may be called for a chart of which only its kind is known. */
export function wrapped<M extends AnyStateMachine>(
  machine: M,
  system: ModelSystem<M, object>,
  log: TraceEntry<M>[],
  options: TraceOptions<M>,
  specified: ChartSpecificationOptions<M>,
) {
  return [
    checkModel(machine, system),
    checkTrace(machine, log, options),
    chartSpecification(machine, specified),
    checkTrace(machine as AnyStateMachine, log),
    // @ts-expect-error it may need an input
    checkTrace(machine, log),
  ];
}
