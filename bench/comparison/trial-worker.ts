import { rmSync } from 'node:fs';
import { scenarios } from './scenarios.ts';
import type { Verdict } from './trial.ts';

const [index, side, folder = '', redisPort] = process.argv.slice(2);

async function run(): Promise<Verdict> {
  const scenario = scenarios[Number(index)];
  if (!scenario) throw new Error(`There is no scenario ${index}.`);
  const stage = { folder, redisPort: Number(redisPort) };
  return await (side === 'peer' ? scenario.runPeer(stage) : scenario.runTaskchart(stage));
}

/** Ends the process, whatever a peer has left behind: connections, timers, threads. */
function leave(): never {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}

// Whoever asked is gone; that may have been before this line.
process.on('disconnect', leave);
if (!process.connected) leave();

const answer = (verdict: Verdict) => process.send?.(verdict, leave);
run().then(answer, (error: unknown) =>
  answer({ error: error instanceof Error ? error.message : String(error) }),
);
