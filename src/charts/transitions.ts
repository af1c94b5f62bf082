import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { DrawnState, DrawnTransition, Trigger } from './drawn.ts';
import { idWithin } from './element-id.ts';
import { clean, prose } from './text.ts';
import { type DrawnGuard, delayText, drawnActions, drawnGuard } from './wording.ts';

type Place = (node: AnyStateNode) => DrawnState;

/** What is written of a transition in a chart, whichever it is. */
type Written = Partial<
  Pick<AnyTransitionDefinition, 'guard' | 'actions' | 'target' | 'reenter' | 'meta' | 'description'>
>;

/** The transitions of a state, in the order in which XState asks them. */
export function transitionsOf(source: DrawnState, place: Place): DrawnTransition[] {
  const { node } = source;
  const groups = [...node.transitions].map(([event, all]) => ({ event, all }));
  const always = node.always ?? [];
  return [
    ...groups.flatMap(({ event, all }) =>
      all.map((transition, index) => {
        const trigger = triggerOf(source, event, transition);
        return drawn(idWithin(source.id, ...idOf(trigger, index)), source, trigger, transition, place);
      }),
    ),
    ...always.map((transition, index) =>
      drawn(
        idWithin(source.id, 'always', index),
        source,
        { kind: 'always', text: 'always' },
        transition,
        place,
      ),
    ),
  ];
}

function idOf(trigger: Trigger, index: number): (string | number)[] {
  if (trigger.kind === 'event') return ['on', trigger.event, index];
  if (trigger.kind === 'after') return ['after', trigger.delay, index];
  return 'event' in trigger ? [trigger.kind, trigger.event, index] : [trigger.kind, index];
}

function triggerOf({ node, invoke }: DrawnState, event: string, transition: object): Trigger {
  if ('delay' in transition && event === `xstate.after.${String(transition.delay)}.${node.id}`) {
    const delay = transition.delay as number | string;
    return { kind: 'after', text: clean(`after ${delayWords(node, delay)}`), delay };
  }
  if (event === `xstate.done.state.${node.id}`) return { kind: 'done', text: 'done', event };
  for (const [index, { id, source }] of invoke.entries()) {
    const kind = invokeEvents[event.slice(0, -id.length)];
    if (kind === undefined || !event.endsWith(id)) continue;
    // XState makes an id of the place of an actor when nobody gave one.
    return { kind, text: clean(`${kind}: ${id === `${index}.${node.id}` ? source : id}`), event };
  }
  return { kind: 'event', text: clean(event), event };
}

const invokeEvents: Readonly<Record<string, 'done' | 'error' | 'snapshot'>> = {
  'xstate.done.actor.': 'done',
  'xstate.error.actor.': 'error',
  'xstate.snapshot.': 'snapshot',
};

/** A named delay with its time, where that is known. */
function delayWords({ machine }: AnyStateNode, delay: number | string): string {
  const known: unknown = machine.implementations.delays[delay];
  return typeof delay === 'string' && typeof known === 'number'
    ? `${delay} (${delayText(known)})`
    : delayText(delay);
}

function drawn(
  id: string,
  source: DrawnState,
  trigger: Trigger,
  written: Written,
  place: Place,
): DrawnTransition {
  const { guard, target = [], meta, description, reenter = false } = written;
  const answer = (meta as { outcome?: unknown } | undefined)?.outcome;
  const actions = drawnActions(written.actions);
  const targets = target.map((node) => place(node as AnyStateNode));
  return {
    id,
    source,
    targets,
    trigger,
    guard: guard === undefined ? undefined : cleanGuard(drawnGuard(guard)),
    actions,
    answer: typeof answer === 'string' ? clean(answer) : undefined,
    reenter: reenter && targets.every((state) => isWithin(state, source)),
    forbidden: targets.length === 0 && actions.length === 0 && typeof answer !== 'string',
    description: description === undefined ? undefined : prose(description),
    meta,
  };
}

function cleanGuard(guard: DrawnGuard): DrawnGuard {
  return { ...guard, text: clean(guard.text) };
}

/** Whether a state is this one, or in it. */
export function isWithin(state: DrawnState, outer: DrawnState): boolean {
  return state === outer || (state.parent !== undefined && isWithin(state.parent, outer));
}

/** The entry of a state with substates; for a history, where it leads that has seen nothing. */
export function defaultsOf(source: DrawnState, place: Place): DrawnTransition[] {
  const { node, kind } = source;
  if (kind === 'compound') {
    const trigger = { kind: 'initial', text: '' } as const;
    return [drawn(idWithin(source.id, 'initial'), source, trigger, node.initial as Written, place)];
  }
  const target = defaultTargets(node);
  if (target === undefined) return [];
  const trigger = { kind: 'default', text: '' } as const;
  return [drawn(idWithin(source.id, 'default'), source, trigger, { target } as Written, place)];
}

function defaultTargets({ type, config, parent, machine }: AnyStateNode): AnyStateNode[] | undefined {
  const { target } = config as { target?: string | readonly string[] };
  if (type !== 'history' || target === undefined || !parent) return undefined;
  return [target].flat().map((path) => {
    if (path.startsWith('#')) return machine.getStateNodeById(path);
    const steps = path.split('.').filter((step) => step !== '');
    return steps.reduce<AnyStateNode>((node, step) => node.states[step] as AnyStateNode, parent);
  });
}
