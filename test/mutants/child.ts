// Judges mutants: of a patch, which its modules are loaded with, or one chart after the other. Told and heard by trial.ts.
import type { Trials } from './judge.ts';
import { loadCharts, loadPatched } from './loading.ts';
import { patches } from './patches.ts';
import { become } from './present-mutant.ts';

/** What is to be judged next. */
export interface Request extends Trials {
  readonly name: string;
  readonly seed: number;
}

const patch = patches.find(({ name }) => name === process.argv[2]);
if (patch) loadPatched(patch);
else loadCharts();

// Only now: whatever it imports is the mutant's.
const { judged } = await import('./judge.ts');

async function answer({ name, seed, ...trials }: Request): Promise<void> {
  become(name);
  const judgement = await judged(seed, trials, (run) => process.send?.({ run }));
  process.send?.({ judgement });
}

process.on('message', (request: Request) => void answer(request));
process.on('disconnect', () => process.exit(0));
process.send?.({ isReady: true });
