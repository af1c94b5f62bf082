import fc from 'fast-check';
import { createRequire } from 'node:module';
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { expect, test } from 'vitest';
import { type DrawnState, drawingOf, toScxml } from '../../src/charts/index.ts';
import { descriptorOf, scxmlId } from '../../src/charts/scxml-names.ts';
import { corpus } from './corpus.ts';
import { guardNames, randomMachine } from './random-machine.ts';

interface Interpreter {
  start(): string[];
  gen(event: { name: string }): string[];
}

interface Scion {
  documentStringToModel(
    url: string,
    text: string,
    done: (
      error: Error | null,
      model: { prepare(ready: (error: Error | null, model: object) => void): void },
    ) => void,
  ): void;
  core: { Statechart: new (model: object, options: object) => Interpreter };
}

/** SCION: another implementation of the W3C's algorithm, that has nothing of XState. */
const scion = createRequire(import.meta.url)('@scion-scxml/scxml') as Scion;

function interpreterOf(document: string): Promise<Interpreter> {
  return new Promise((resolve, reject) => {
    scion.documentStringToModel('file:///chart.scxml', document, (unread, model) => {
      if (unread) return reject(unread);
      model.prepare((unprepared, prepared) =>
        unprepared
          ? reject(unprepared)
          : resolve(new scion.core.Statechart(prepared, { console: { log: () => {} } })),
      );
    });
  });
}

/** The innermost active states of XState, by their ids in SCXML; once it is done, the end of the document. */
function activeOf(machine: AnyStateMachine, snapshot: AnyMachineSnapshot): string[] {
  const { states, root } = drawingOf(machine);
  if (snapshot.status === 'done') return [`${scxmlId(root)}--end`];
  const active = states.filter(
    ({ states: inner, node }) => inner.length === 0 && isActive(snapshot, node.path),
  );
  return active.map(scxmlId).toSorted();
}

function isActive({ value }: AnyMachineSnapshot, path: readonly string[]): boolean {
  let at: unknown = value;
  for (const [index, key] of path.entries()) {
    if (typeof at === 'string') return at === key && index === path.length - 1;
    at = (at as Record<string, unknown>)[key];
    if (at === undefined) return false;
  }
  return true;
}

/** A final part of a parallel state is one with a final state in it. */
const partsOf = (configuration: readonly string[]) =>
  configuration.map((id) => id.replace(/--final$/, '')).toSorted();

interface Sent {
  readonly xstate: string;
  readonly scxml: string;
}

/** All that the machine waits for, delays included, as the one and as the other is sent it. */
function eventsOf(machine: AnyStateMachine): Sent[] {
  const sent = drawingOf(machine).transitions.flatMap((each): Sent[] => {
    const { trigger, source } = each;
    const scxml = descriptorOf(each);
    if (scxml === undefined || trigger.text === 'done') return [];
    if (trigger.kind === 'after')
      return [{ xstate: `xstate.after.${trigger.delay}.${source.node.id}`, scxml }];
    if (!('event' in trigger) || trigger.event === '*') return [{ xstate: 'unknown', scxml: 'unknown' }];
    return trigger.event.endsWith('.*')
      ? [{ xstate: 'mouse.moved.fast', scxml: 'mouse.moved.fast' }]
      : [{ xstate: trigger.event, scxml }];
  });
  return [...new Map(sent.map((each) => [each.xstate, each])).values()];
}

/**
 * What one of the two does otherwise than the W3C's algorithm. SCION never calls a parallel state with a history in it done,
 * and its deep histories forget final states; XState leaves a parallel state by a transition to a history of it that has
 * seen nothing.
 */
function isBeyondEither(machine: AnyStateMachine): boolean {
  const hasFinal = (state: DrawnState): boolean => state.kind === 'final' || state.states.some(hasFinal);
  return drawingOf(machine).states.some(({ kind, parent }) => {
    if (!parent || !kind.endsWith('History')) return false;
    return parent.kind === 'parallel' || (kind === 'deepHistory' && hasFinal(parent));
  });
}

/**
 * What SCXML has no words for: a transition that leaves nothing in one part of a parallel state, where XState asks no state
 * around it any more and SCXML asks them for the other parts; a parallel state that is done because all of another one in it
 * is, which SCXML does not call done; and a transition to the root, which SCXML leaves, so that its histories remember.
 */
function isBeyondScxml(machine: AnyStateMachine): boolean {
  const isInParallel = ({ kind, parent }: DrawnState): boolean =>
    kind === 'parallel' || (parent !== undefined && isInParallel(parent));
  const { states, transitions, root } = drawingOf(machine);
  const hasHistory = root.states.some(({ kind }) => kind.endsWith('History'));
  return (
    (hasHistory && transitions.some(({ targets }) => targets.includes(root))) ||
    states.some(({ kind, parent }) => kind === 'parallel' && parent?.kind === 'parallel') ||
    transitions.some(
      ({ source, targets, reenter }) =>
        !reenter && targets.every((target) => target === source) && isInParallel(source),
    )
  );
}

async function followed(machine: AnyStateMachine, document: string, path: readonly Sent[]): Promise<void> {
  const interpreter = await interpreterOf(document);
  let [snapshot] = initialTransition(machine);
  expect(partsOf(interpreter.start())).toEqual(activeOf(machine, snapshot));
  for (const { xstate, scxml } of path) {
    if (snapshot.status === 'done') return;
    [snapshot] = transition(machine, snapshot, { type: xstate });
    expect(partsOf(interpreter.gen({ name: scxml }))).toEqual(activeOf(machine, snapshot));
  }
}

const written = [
  'toggle',
  'nested',
  'parallel',
  'keyboard',
  'history',
  'memory',
  'delays',
  'always',
  'events',
  'supervisor',
  'sixty',
] as const;

test.each(written)(
  'SCION goes with the SCXML of %s where XState goes with the machine',
  async (name) => {
    const machine: AnyStateMachine = corpus[name];
    const guards = Object.keys(machine.implementations.guards);
    await fc.assert(
      fc.asyncProperty(
        fc.record(Object.fromEntries(guards.map((guard) => [guard, fc.boolean()]))),
        fc.array(fc.constantFrom(...eventsOf(machine)), { maxLength: 25 }),
        async (values, path) => {
          const provided = Object.fromEntries(guards.map((guard) => [guard, () => values[guard] === true]));
          await followed(machine.provide({ guards: provided }), toScxml(machine, { guards: values }), path);
        },
      ),
      { numRuns: 50 },
    );
  },
  60_000,
);

test('SCION goes with the SCXML of any machine where XState goes with the machine', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomMachine,
      fc.record(Object.fromEntries(guardNames.map((guard) => [guard, fc.boolean()]))),
      fc.array(fc.nat(20), { maxLength: 12 }),
      async (machine, values, path) => {
        fc.pre(!isBeyondEither(machine) && !isBeyondScxml(machine));
        const provided = Object.fromEntries(guardNames.map((guard) => [guard, () => values[guard] === true]));
        // Of two events `C` and `C.d` SCXML takes the second for the first, unless the document knows of both.
        const known = [...eventsOf(machine), { xstate: 'unknown', scxml: 'unknown' }];
        const sent = path.map((place) => known[place % known.length] as Sent);
        await followed(machine.provide({ guards: provided }), toScxml(machine, { guards: values }), sent);
      },
    ),
    // Both are made by others: a difference between them that nobody knew is no reason to stop a change here.
    { numRuns: 500, seed: 6 },
  );
}, 120_000);
