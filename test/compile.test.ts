import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  type EventObject,
  type InspectionEvent,
  setup,
  SimulatedClock,
  StateMachine,
} from 'xstate';
import { step } from '../machines/chart.ts';
import { supervisorMachine, type TaskEvent, taskMachine } from '../machines/index.ts';
import { compile } from '../src/compile/index.ts';
import { type TaskStep, allTaskSteps } from './support/task-walk.ts';
import { events, randomMachine, type Special, special, type World } from './support/random-machine.ts';

/** What an actor shows to its inspectors and does to the world while it is sent these events. */
function lifeOf(machine: AnyStateMachine, world: World, sent: readonly string[]) {
  const seen: unknown[] = [];
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock, inspect: (event) => seen.push(inspected(event)) });
  const failed = (error: unknown) => seen.push(String(error));
  actor.subscribe({ error: failed });
  actor.start();
  for (const type of sent) {
    if (actor.getSnapshot().status !== 'active') break;
    if (type === 'time') clock.increment(10);
    else actor.send({ type });
    const snapshot: AnyMachineSnapshot = actor.getSnapshot();
    seen.push(
      shown(snapshot),
      events.map((type) => snapshot.can({ type })),
    );
  }
  actor.stop();
  return [...seen, ...world];
}

function inspected(event: InspectionEvent): unknown {
  const { _transitions: taken } = event as { readonly _transitions?: readonly object[] };
  const snapshot = 'snapshot' in event ? shown(event.snapshot as AnyMachineSnapshot) : undefined;
  const action = 'action' in event ? [event.action.type, JSON.stringify(event.action.params)] : undefined;
  return { type: event.type, snapshot, action, taken: JSON.stringify(taken) };
}

/** All of it, but for what differs between any two actors. */
function shown(snapshot: AnyMachineSnapshot): unknown {
  if (!('_nodes' in snapshot)) return snapshot;
  const { status, output, error, context, value, tags, children, historyValue, _nodes } = snapshot;
  return {
    status,
    output: output as unknown,
    error: String(error),
    context: context as unknown,
    value: value as unknown,
    tags: [...tags].toSorted(),
    nodes: _nodes.map(({ id }) => id).toSorted(),
    history: Object.values(historyValue).map((nodes) => nodes.map(({ id }) => id)),
    children: Object.keys(children),
    members: Object.keys(snapshot),
  };
}

function askedFor({ mock }: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }) {
  return mock.calls.map(([, event]) => (event as EventObject).type);
}

const sent = fc.array(fc.constantFrom(...events, 'time', 'unheard of'), { maxLength: 12 });
const within = (allowed: readonly Special[]) => fc.tuple(randomMachine(allowed), sent);

describe('a compiled machine', () => {
  test('shows and does what the machine does, whatever it uses of XState', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.subarray([...special]).chain(within), fc.context(), ([random, types], context) => {
        context.log(JSON.stringify(random.config));
        const [a, b] = [random.make(), random.make()];
        expect(lifeOf(compile(b.machine), b.world, types)).toEqual(lifeOf(a.machine, a.world, types));
      }),
      { numRuns: 1_000 },
    );
  });

  test('asks the interpreter for nothing that a table can hold', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(within([]), ([random, types]) => {
        const { machine, world } = random.make();
        using interpreter = vi.spyOn(machine, 'transition');
        lifeOf(compile(machine), world, types);
        expect(askedFor(interpreter).filter((type) => type !== 'xstate.stop')).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('is compiled with other implementations as well', () => {
    const machine = setup({ guards: { isOpen: () => false } }).createMachine({
      initial: 'a',
      states: { a: { on: { GO: { guard: 'isOpen', target: 'b' } } }, b: {} },
    });
    const actor = createActor(compile(machine).provide({ guards: { isOpen: () => true } }));
    actor.start();
    actor.send({ type: 'GO' });
    expect(actor.getSnapshot().value).toBe('b');
    expect(actor.logic).toBeInstanceOf(StateMachine);
  });

  test('goes on from a persisted snapshot', () => {
    const machine = compile(supervisorMachine);
    const first = createActor(machine).start();
    first.send({ type: 'STARTED' });
    const second = createActor(machine, { snapshot: first.getPersistedSnapshot() }).start();
    expect(second.getSnapshot().value).toEqual(first.getSnapshot().value);
    second.send({ type: 'FAIL' });
    expect(second.getSnapshot().value).toBe('failed');
  });
});

test(
  'every event in every state of a task does the same when compiled, and comes from the table',
  { timeout: 120_000 },
  () => {
    const compiled = compile(taskMachine);
    using interpreter = vi.spyOn(taskMachine, 'transition');
    const read = (machine: typeof taskMachine, { from, event }: TaskStep) => {
      const { outcome, snapshot } = step(machine, from, event as TaskEvent);
      return [outcome, shown(snapshot)];
    };
    const differing: unknown[] = [];
    for (const each of allTaskSteps().filter(({ from }) => from.status === 'active')) {
      const expected = read(taskMachine, each);
      interpreter.mockClear();
      const got = read(compiled, each);
      const asked = askedFor(interpreter);
      if (asked.length > 0 || !isDeepStrictEqual(got, expected)) differing.push({ expected, got, asked });
    }
    expect(differing).toEqual([]);
  },
);
