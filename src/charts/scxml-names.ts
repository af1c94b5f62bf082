import type { Drawing, DrawnState, DrawnTransition } from './drawn.ts';
import { idPart } from './element-id.ts';

/** The id of a state, without dots: in the name of an event those part it into tokens. */
export function scxmlId({ id }: Pick<DrawnState, 'id'>): string {
  return id.replaceAll('.', '-');
}

/** An event as SCXML can name it. A name with a space, for one, would be several. */
export function eventName(name: string): string {
  return /^[\w-]+(\.[\w-]+)*$/.test(name) ? name : idPart(name);
}

/** What a transition waits for; undefined when for nothing. */
export function descriptorOf({ source, trigger }: DrawnTransition): string | undefined {
  if (trigger.kind === 'event') return wildcard(trigger.event) ?? eventName(trigger.event);
  if (trigger.kind === 'after') return timerOf(source, trigger.delay);
  if (!('event' in trigger)) return undefined;
  if (trigger.event === `xstate.done.state.${source.node.id}`) return `done.state.${scxmlId(source)}`;
  const [actor] = source.invoke.filter(({ id }) => trigger.event.endsWith(`.${id}`));
  return `${trigger.kind}.invoke.${scxmlId(source)}--${idPart(actor?.id ?? trigger.event)}`;
}

function wildcard(name: string): string | undefined {
  if (name === '*') return '*';
  return name.endsWith('.*') ? `${eventName(name.slice(0, -2))}.*` : undefined;
}

/** The event that a delay sends. */
export function timerOf(source: DrawnState, delay: number | string): string {
  return `after.${scxmlId(source)}.${idPart(String(delay))}`;
}

/** XState asks the more specific descriptors first, SCXML those that stand first. */
export function inOrder(transitions: readonly DrawnTransition[]): DrawnTransition[] {
  const length = ({ trigger }: DrawnTransition) => ('event' in trigger ? trigger.event.length : 0);
  const waiting = transitions.filter(({ trigger }) => trigger.kind !== 'always');
  const always = transitions.filter(({ trigger }) => trigger.kind === 'always');
  return [...always, ...waiting.toSorted((one, other) => length(other) - length(one))];
}

/** Every event of the drawing whose name begins with that of another: SCXML takes `a.b` for an `a`, XState does not. */
export function ambiguousEvents({ states, transitions }: Drawing): ReadonlySet<string> {
  const actions = [
    ...states.flatMap(({ entry, exit }) => [...entry, ...exit]),
    ...transitions.flatMap((each) => each.actions),
  ];
  const names = new Set([
    ...transitions.flatMap(({ trigger }) => (trigger.kind === 'event' ? [trigger.event] : [])),
    ...actions.flatMap(({ event }) => (event === undefined ? [] : [event])),
  ]);
  const all = [...names];
  return new Set(all.filter((name) => all.some((other) => other.startsWith(`${name}.`))));
}
