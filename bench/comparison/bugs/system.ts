import fc from 'fast-check';
import type { ModelOptions, ModelSystem } from '../../../src/testing/index.ts';
import type { Stage } from '../scenario.ts';
import type { Adapter, Queue } from './adapter.ts';
import { Bodies } from './bodies.ts';
import { type Command, type Setting, longestMinutes, longestWaitMinutes, queueMachine } from './chart.ts';

interface Real {
  readonly queue: Queue;
  readonly bodies: Bodies;
}

const nth = fc.nat(5);

type Ports = ModelSystem<typeof queueMachine, Real>['events'];

/** All that is ever done to a queue. Each is answered once it has come to rest. */
const ports: Ports = {
  ADD: {
    weight: 2,
    send: async ({ queue, bodies }) => {
      await queue.add(bodies.next());
      await queue.rest();
    },
  },
  CANCEL: {
    payload: fc.record({ nth }),
    send: async ({ queue, bodies }, event) => {
      const { length } = bodies.sight.starts;
      if (length === 0) return 'InvalidState';
      await queue.cancel?.((event.nth % length) + 1);
      await queue.rest();
      return 'ok';
    },
  },
  END: {
    payload: fc.record({ nth, by: fc.constantFrom('return' as const, 'throw' as const) }),
    send: async ({ queue, bodies }, event) => {
      if (!bodies.end(event.nth, event.by)) return 'InvalidState';
      await queue.rest();
      return 'ok';
    },
  },
  WAIT: {
    weight: 2,
    payload: fc.record({ minutes: fc.integer({ min: 1, max: longestWaitMinutes }) }),
    send: async ({ queue, bodies }, { minutes }) => {
      await queue.pass?.(minutes * 60_000);
      bodies.age(minutes, longestMinutes);
      await queue.rest();
    },
  },
};

/** Any queue as `checkModel` drives it: one instance, and the same commands for all, but for those that are left out. */
export function queueSystem(
  adapter: Adapter,
  setting: Setting,
  stage: Stage,
  leftOut: readonly Command[],
): ModelSystem<typeof queueMachine, Real, Real> {
  const kept = Object.entries(ports).filter(([type]) => !leftOut.includes(type as Command));
  return {
    async open() {
      const bodies = new Bodies();
      return { queue: await adapter(setting, bodies.run, stage), bodies };
    },
    inputs: fc.constant(setting),
    create: (_, real) => real,
    events: Object.fromEntries(kept) as Ports,
    state: ({ bodies }) => bodies.sight,
    async close({ queue, bodies }) {
      const closing = queue.close();
      bodies.close();
      await closing;
    },
  };
}

/** What the chart says can be seen. Several of these systems are slow, and a loaded machine is no difference. */
export const asUsersSee: ModelOptions<typeof queueMachine> = {
  maxInstances: 1,
  maxCommands: 40,
  timeoutMs: 20_000,
  patienceMs: 250,
  parameters: { endOnFailure: true },
  stateOf: ({ context }) => ({ running: context.running.map(({ job }) => job), starts: context.starts }),
};
