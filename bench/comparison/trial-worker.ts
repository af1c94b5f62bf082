import { answer } from './apart-worker.ts';
import { scenarios } from './scenarios.ts';

const [index, side, folder = '', redisPort] = process.argv.slice(2);

answer(folder, async () => {
  const scenario = scenarios[Number(index)];
  if (!scenario) throw new Error(`There is no scenario ${index}.`);
  const stage = { folder, redisPort: Number(redisPort) };
  return await (side === 'peer' ? scenario.runPeer(stage) : scenario.runTaskchart(stage));
});
