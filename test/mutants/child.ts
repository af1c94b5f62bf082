// Judges a mutant, of a patch or of a chart, which its modules are loaded with. Told and heard by trial.ts.
import type { Trials } from './judge.ts';
import { loadChart, loadPatched } from './loading.ts';
import { patches } from './patches.ts';

/** What is to be judged next. */
export interface Request extends Trials {
  readonly seed: number;
}

const [, , name = ''] = process.argv;
const patch = patches.find((one) => one.name === name);
if (patch) loadPatched(patch);
else loadChart(name);

// Only now: whatever it imports is the mutant's.
const { judged } = await import('./judge.ts');

async function answer({ seed, ...trials }: Request): Promise<void> {
  const judgement = await judged(seed, trials, (run) => process.send?.({ run }));
  process.send?.({ judgement });
}

process.on('message', (request: Request) => void answer(request));
process.on('disconnect', () => process.exit(0));
process.send?.({ isReady: true });
