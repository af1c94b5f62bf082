// One mutant: the modules are loaded with its change, and judged. Called by trial.ts with an answer by message.
import { loadChart, loadPatched } from './loading.ts';
import { patches } from './patches.ts';
import { nobody } from './trial.ts';

const [name = '', seed = '', runs = ''] = process.argv.slice(2);
const patch = patches.find((one) => one.name === name);

if (patch) loadPatched(patch);
else if (name !== nobody) loadChart(name);

const tell = (message: object) =>
  new Promise<void>((resolve) => void process.send?.(message, () => resolve()));

// Only now: whatever it imports is the mutant's.
const { judged } = await import('./judge.ts');
const judgement = await judged(Number(seed), Number(runs), (run) => void tell({ run }));
await tell({ judgement });
// A timer that a mutant has left would keep the process alive.
process.exit(0);
