import { checkKnown, invalid } from '../linearizability/history-check.ts';
import type { ChartModel } from '../model-check/chart-model.ts';
import type { AnyConcurrentSystem } from './concurrent-system.ts';

/**
 * The system has what it has to have, and speaks of no event that the chart does not know.
 *
 * @throws Fault InvalidArgument when it is not so.
 */
export function checkSystem(model: ChartModel, system: AnyConcurrentSystem): void {
  if (typeof system !== 'object' || system === null) throw invalid('system', 'an object', system);
  const { create, open, state, close, own } = system;
  if (typeof create !== 'function') throw invalid('create', 'a function', create);
  checkFunctions({ open, state, close });
  checkPorts(model, system.events);
  if (own === undefined || typeof own === 'function') return;
  if (!Array.isArray(own)) throw invalid('own', 'a list of events, or a function', own);
  for (const [index, event] of own.entries()) checkEvent(model, `own[${index}]`, event);
}

/** @throws Fault InvalidArgument when one that is not left out is no function. */
export function checkFunctions(all: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && typeof value !== 'function') throw invalid(name, 'a function', value);
}

/** @throws Fault InvalidArgument when it is no event, or none that the chart knows. */
export function checkEvent({ eventTypes }: ChartModel, name: string, event: unknown): void {
  const { type } = (event ?? {}) as { readonly type?: unknown };
  if (typeof type !== 'string') throw invalid(name, 'an event with a type', event);
  if (eventTypes && !eventTypes.has(type))
    throw invalid(`${name}.type`, `one of ${[...eventTypes].join(', ')}`, type);
}

function checkPorts({ eventTypes }: ChartModel, events: AnyConcurrentSystem['events']): void {
  checkKnown('events', events, [...(eventTypes ?? Object.keys(events ?? {}))]);
  if (Object.keys(events).length === 0) throw invalid('events', 'at least one', events);
  for (const [type, port] of Object.entries(events))
    if (typeof port?.send !== 'function') throw invalid(`events.${type}.send`, 'a function', port?.send);
}
