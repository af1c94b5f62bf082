import type { OpenCall } from '../linearizability/history-recorder.ts';
import type { ChartModel } from '../model-check/chart-model.ts';
import { checkEvent } from './checked-system.ts';
import type { AnyConcurrentSystem } from './concurrent-system.ts';
import { kept } from './kept.ts';

interface Event {
  readonly type: string;
}

/** What becomes of a step that is told, and of an error in the telling. */
export interface Listener {
  readonly mayHappen: (event: Event) => OpenCall<unknown>;
  readonly isWrong: (error: unknown) => void;
}

/** Listens to what the system may do to an instance by itself, for as long as it tells. Never throws. */
export function hearOwnSteps(
  model: ChartModel,
  { own = [] }: AnyConcurrentSystem,
  instance: unknown,
  { mayHappen, isWrong }: Listener,
): void {
  const may = (event: Event) => {
    try {
      checkEvent(model, 'what may happen', event);
    } catch (fault) {
      // Whoever tells it may be deep inside the system.
      isWrong(fault);
      throw fault;
    }
    return mayHappen(kept(event));
  };
  if (typeof own !== 'function') for (const event of own) mayHappen(event);
  else void (async () => own(instance, may))().catch(isWrong);
}
