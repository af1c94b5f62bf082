import type { AnyMachineSnapshot } from 'xstate';
import { Fault } from '../../index.ts';
import type { ChartModel } from './chart-model.ts';
import { shownStep } from './difference.ts';
import type { DoneStep, Run, Step } from './model-run.ts';

/** Carries steps which the chart itself cannot take out of fast-check. */
export class ChartFails extends Error {
  readonly steps: readonly Step[];

  constructor(steps: readonly Step[], cause: unknown) {
    super('The chart fails.', { cause });
    this.steps = steps;
  }
}

/** What the chart alone makes of the steps. The difference, if there is one, is what it throws. */
export function followed(model: ChartModel, steps: readonly Step[]): Run {
  const snapshots = new Map<number, AnyMachineSnapshot>();
  const done: DoneStep[] = [];
  for (const step of steps) {
    const { instance } = step;
    done.push({ step, answer: undefined, reply: { kind: 'answered', value: undefined } });
    try {
      const before = snapshots.get(instance);
      if (step.kind === 'create') snapshots.set(instance, model.first(step.input));
      else if (before) snapshots.set(instance, model.take(before, step.event).after);
    } catch (error) {
      return { done, difference: { about: 'state', expected: undefined, actual: { kind: 'threw', error } } };
    }
  }
  return { done, difference: undefined };
}

/** What the chart throws at the end of these steps, with the steps, and what repeats it. */
export function chartFault({ name }: ChartModel, { done, difference }: Run, again: string): unknown {
  const fault = difference?.actual.kind === 'threw' ? difference.actual.error : undefined;
  if (!(fault instanceof Fault)) return fault;
  const { cause, invalidProperty } = fault;
  const steps = done.flatMap(({ step }) => (step.kind === 'create' || step.kind === 'send' ? [step] : []));
  const lines = steps.map((step, index) => `${String(index + 1).padStart(3)}. ${name}: ${shownStep(step)}`);
  const message = [fault.message, '', ...lines, '', again].join('\n');
  return new Fault(fault.name, message, {
    ...(cause === undefined ? {} : { cause }),
    ...(invalidProperty === undefined ? {} : { invalidProperty }),
  });
}
