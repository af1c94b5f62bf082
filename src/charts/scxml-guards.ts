import type { Drawing, DrawnState, DrawnTransition } from './drawn.ts';
import { ambiguousEvents, eventName, scxmlId } from './scxml-names.ts';
import { escapeXml } from './text.ts';
import type { DrawnGuard } from './wording.ts';

/** No id of a state ends so, and all ids of a document are different. */
const variable = 'guards_';

/** The guards of a machine, as a data model and as conditions on it. */
export interface Conditions {
  /** The lines that declare it; none when no guard needs it. */
  readonly data: readonly string[];
  /** The condition of a transition, ready for an attribute. */
  of(transition: DrawnTransition): string | undefined;
}

export function conditionsOf(drawing: Drawing, values: Readonly<Record<string, boolean>>): Conditions {
  const ambiguous = ambiguousEvents(drawing);
  const named = new Set(
    drawing.transitions.flatMap((each) => (each.guard ? namesIn(each.guard, each.id) : [])),
  );
  const known = Object.fromEntries([...named].map((name) => [name, values[name] ?? false]));
  const model = `  <datamodel><data id="${variable}" expr="${escapeXml(JSON.stringify(known))}"/></datamodel>`;
  return {
    data: named.size > 0 ? [model] : [],
    of: ({ id, guard, trigger }) => {
      const isAmbiguous = trigger.kind === 'event' && ambiguous.has(trigger.event);
      const conditions = [
        ...(isAmbiguous ? [`_event.name === ${JSON.stringify(eventName(trigger.event))}`] : []),
        ...(guard ? [expression(guard, id, drawing)] : []),
      ];
      return conditions.length > 0 ? conditions.join(' && ') : undefined;
    },
  };
}

/** An inline guard has no name: it goes by its transition. */
const nameOf = ({ kind, text }: DrawnGuard, id: string) => (kind === 'inline' ? id : text);

function namesIn(guard: DrawnGuard, id: string): string[] {
  if ('guards' in guard) return guard.guards.flatMap((each) => namesIn(each, id));
  return guard.kind === 'in' ? [] : [nameOf(guard, id)];
}

function expression(guard: DrawnGuard, id: string, drawing: Drawing): string {
  if (guard.kind === 'in')
    return placesOf(guard.state, drawing)
      .map((state) => `In('${scxmlId(state)}')`)
      .join(' && ');
  if (!('guards' in guard)) return `${variable}[${JSON.stringify(nameOf(guard, id))}]`;
  const inner = guard.guards.map((each) => `(${expression(each, id, drawing)})`);
  if (guard.kind === 'not') return `!${inner.join(' && ')}`;
  if (inner.length === 0) return String(guard.kind === 'and');
  return inner.join(guard.kind === 'and' ? ' && ' : ' || ');
}

/** The states that a state value names. */
function placesOf(value: unknown, { root, states }: Drawing): DrawnState[] {
  if (typeof value !== 'string' || !value.startsWith('#')) return placesIn(root, value);
  const named = root.node.machine.getStateNodeById(value);
  return states.filter(({ node }) => node === named);
}

function placesIn(state: DrawnState, value: unknown): DrawnState[] {
  if (typeof value === 'string') {
    const last = value.split('.').reduce<DrawnState | undefined>(childOf, state);
    return last ? [last] : [];
  }
  const inner = Object.entries(value as object);
  if (inner.length === 0) return [state];
  return inner.flatMap(([key, rest]) => {
    const child = childOf(state, key);
    return child ? placesIn(child, rest) : [];
  });
}

function childOf(state: DrawnState | undefined, key: string): DrawnState | undefined {
  return state?.states.find(({ node }) => node.key === key);
}
