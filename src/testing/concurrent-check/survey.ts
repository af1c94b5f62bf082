import { type ChartModel, leafAt } from '../model-check/chart-model.ts';
import { nodesOf } from '../model-check/chart-support.ts';
import type { Run } from './concurrent-run.ts';
import { type History, type Operation, type Verdict, stepOf } from './judgement.ts';

/** What a check that found no difference has looked at. */
export interface ConcurrentReport {
  readonly runs: number;
  /** Calls that were answered. */
  readonly calls: number;
  /** Those that overlapped another client's call to the same instance: none, if nothing waits through the schedule. */
  readonly overlapping: number;
  /** Runs of which is not known whether an order explains them: `maxConfigurations` was too small. */
  readonly undecided: number;
  /** The leaves of the chart through which the orders that were found led, and those through which none did. */
  readonly visited: readonly string[];
  readonly missed: readonly string[];
}

/** Counts what runs have looked at. */
export class Survey {
  readonly #model: ChartModel;
  readonly #leaves = new Set<string>();
  #calls = 0;
  #overlapping = 0;
  #undecided = 0;

  constructor(model: ChartModel) {
    this.#model = model;
  }

  add({ history, verdict, inputs }: Run): void {
    const calls = history.filter(({ returnedAt }) => returnedAt !== undefined);
    this.#calls += calls.length;
    this.#overlapping += calls.filter((call) => calls.some((other) => overlap(call, other))).length;
    if (verdict && verdict.linearizable === undefined) this.#undecided += 1;
    if (verdict?.linearizable) this.#visit(verdict, inputs);
  }

  report(runs: number): ConcurrentReport {
    const all = nodesOf(this.#model.machine.root).filter(({ type }) => type === 'atomic' || type === 'final');
    const names = all.map(({ path }) => path.join('.'));
    const visited = names.filter((name) => this.#leaves.has(name));
    const missed = names.filter((name) => !this.#leaves.has(name));
    const counts = { calls: this.#calls, overlapping: this.#overlapping, undecided: this.#undecided };
    return { runs, ...counts, visited, missed };
  }

  #visit({ order }: Verdict & { readonly linearizable: true }, inputs: Run['inputs']): void {
    for (const [key, input] of inputs) {
      let snapshot = this.#model.first(input);
      this.#leaves.add(leafAt(snapshot));
      for (const { invocation } of order.get(key) ?? []) {
        snapshot = stepOf(this.#model, snapshot, invocation.operation as Operation).state;
        this.#leaves.add(leafAt(snapshot));
      }
    }
  }
}

function overlap(one: History[number], other: History[number]): boolean {
  if (one === other || one.key !== other.key) return false;
  return one.calledAt < (other.returnedAt ?? 0) && other.calledAt < (one.returnedAt ?? 0);
}
