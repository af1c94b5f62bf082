import { invalid } from '../arguments.ts';
import type { ChartModel } from '../model-check/chart-model.ts';
import { checkSystem } from '../model-check/checked-system.ts';
import type { AnySystem } from '../model-check/system.ts';
import type { AnyConcurrentSystem } from './concurrent-system.ts';

/**
 * The system has what it has to have, and speaks of no event that the chart does not know.
 *
 * @throws Fault InvalidArgument when it is not so.
 */
export function checkConcurrentSystem(model: ChartModel, system: AnyConcurrentSystem): void {
  checkSystem(system as unknown as AnySystem, model, ['own']);
  const { own } = system;
  if (own === undefined || typeof own === 'function') return;
  if (!Array.isArray(own)) throw invalid('own', 'a list of events, or a function', own);
  for (const [index, event] of own.entries()) checkEvent(model, `own[${index}]`, event);
}

/** @throws Fault InvalidArgument when it is no event, or none that the chart knows. */
export function checkEvent({ eventTypes }: ChartModel, name: string, event: unknown): void {
  const { type } = (event ?? {}) as { readonly type?: unknown };
  if (typeof type !== 'string') throw invalid(name, 'an event with a type', event);
  if (eventTypes && !eventTypes.has(type))
    throw invalid(`${name}.type`, `one of ${[...eventTypes].join(', ')}`, type);
}
