import { show } from '../fault.ts';
import { clean } from './text.ts';

/** A condition as it was written, for whoever reads it or writes it down in another language. */
export type DrawnGuard =
  | { readonly kind: 'named' | 'inline'; readonly text: string }
  | { readonly kind: 'in'; readonly text: string; readonly state: unknown }
  | { readonly kind: 'and' | 'or' | 'not'; readonly text: string; readonly guards: readonly DrawnGuard[] };

/** An action as it was written. `event` is set where the action sends one whose type is known. */
export interface DrawnAction {
  readonly kind: string;
  readonly text: string;
  readonly event?: string;
  readonly delay?: number | string;
}

/** Names that a function has only because of where it stands. */
const placeNames = new Set(['', 'guard', 'actions', 'entry', 'exit', 'anonymous']);

interface BuiltIn {
  readonly type?: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A value in a few signs, on one line; never throws. */
export function brief(value: unknown): string {
  if (typeof value === 'function') return '…';
  try {
    const text = JSON.stringify(value);
    if (text !== undefined && text.length <= 60) return text;
  } catch {
    // A ring, a bigint, or a getter of the user's that throws.
  }
  return show(value);
}

function withParams(name: string, params: unknown): string {
  if (params === undefined) return name;
  if (typeof params !== 'object' || params === null || Array.isArray(params))
    return `${name}(${brief(params)})`;
  const all = Object.entries(params).map(([key, value]) => `${key}: ${brief(value)}`);
  return `${name}(${all.join(', ')})`;
}

function functionName(inline: { readonly name: string }): string {
  return placeNames.has(inline.name) ? 'inline' : inline.name;
}

export function drawnGuard(guard: unknown): DrawnGuard {
  if (typeof guard === 'string') return { kind: 'named', text: guard };
  if (typeof guard !== 'function') {
    const { type, params } = guard as { type: unknown; params?: unknown };
    return { kind: 'named', text: withParams(String(type), params) };
  }
  const { name, guards, stateValue } = guard as unknown as BuiltIn;
  if (stateValue !== undefined) return { kind: 'in', text: `in ${placeOf(stateValue)}`, state: stateValue };
  if (!Array.isArray(guards)) return { kind: 'inline', text: functionName(guard) };
  return joined(name, guards.map(drawnGuard));
}

function joined(name: string, guards: readonly DrawnGuard[]): DrawnGuard {
  const inner = guards.map(({ kind, text }) => (kind === 'and' || kind === 'or' ? `(${text})` : text));
  // XState tells them apart by name alone; minifiers keep what a property says, so more than one guard is never a "not".
  const kind = name === 'or' ? 'or' : name === 'not' ? 'not' : 'and';
  const text = kind === 'not' ? `not ${inner.join(' ')}` : inner.join(` ${kind} `);
  return { kind, text: text === '' ? String(kind === 'and') : text, guards };
}

/** `{ running: 'active' }` as `running.active`. */
function placeOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value).replace(/^#/, '');
  const all = Object.entries(value).map(([key, inner]) => {
    const rest = placeOf(inner);
    return rest === '' ? key : `${key}.${rest}`;
  });
  return all.join(' and ');
}

/** One action, several, or none. */
export function drawnActions(actions: unknown): DrawnAction[] {
  const all: unknown[] = actions === undefined ? [] : [actions].flat();
  return all.map((action) => {
    const drawn = drawnAction(action);
    return { ...drawn, text: clean(drawn.text) };
  });
}

function drawnAction(action: unknown): DrawnAction {
  if (typeof action === 'string') return { kind: 'named', text: action };
  if (typeof action === 'function') return builtIn(action as unknown as BuiltIn);
  const { type, params } = action as { type: unknown; params?: unknown };
  return { kind: 'named', text: withParams(String(type), params) };
}

function builtIn(action: BuiltIn): DrawnAction {
  const kind = action.type?.replace(/^xstate\./, '') ?? 'inline';
  const text = wordings[kind]?.(action) ?? functionName(action);
  if (kind !== 'raise' && kind !== 'sendTo') return { kind, text };
  const event = typeOf(action['event']);
  const delay = action['delay'];
  return {
    kind,
    text: `${text}${delay === undefined ? '' : ` after ${delayText(delay)}`}`,
    ...(event === undefined ? {} : { event }),
    ...(typeof delay === 'number' || typeof delay === 'string' ? { delay } : {}),
  };
}

const wordings: Readonly<Record<string, (action: BuiltIn) => string>> = {
  assign: ({ assignment }) =>
    typeof assignment === 'object' && assignment !== null
      ? `assign(${Object.keys(assignment).join(', ')})`
      : 'assign(…)',
  raise: ({ event }) => `raise(${typeOf(event) ?? '…'})`,
  sendTo: ({ event, to }) => `send(${typeOf(event) ?? '…'} to ${actorOf(to)})`,
  emit: ({ event }) => `emit(${typeOf(event) ?? '…'})`,
  log: ({ value, label }) => `log(${typeof label === 'string' ? label : brief(value)})`,
  cancel: ({ sendId }) => `cancel(${typeof sendId === 'string' ? sendId : '…'})`,
  spawnChild: ({ src }) => `spawnChild(${typeof src === 'string' ? src : 'inline'})`,
  stopChild: ({ actorRef }) => `stopChild(${actorOf(actorRef)})`,
  enqueueActions: () => 'enqueueActions(…)',
};

function typeOf(event: unknown): string | undefined {
  if (typeof event === 'string') return event;
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined;
  return typeof type === 'string' ? type : undefined;
}

function actorOf(to: unknown): string {
  if (typeof to === 'string') return to;
  const id = typeof to === 'object' && to !== null && 'id' in to ? to.id : undefined;
  return typeof id === 'string' ? id : '…';
}

/** A delay as it was written: milliseconds, or the name of one. */
export function delayText(delay: unknown): string {
  if (typeof delay === 'number') return `${delay} ms`;
  return typeof delay === 'string' ? delay : '…';
}
