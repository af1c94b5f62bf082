import { ChartDifference, checkModel } from '../../../src/testing/index.ts';
import { answer } from '../apart-worker.ts';
import type { Adapter } from './adapter.ts';
import { queueMachine } from './chart.ts';
import type { Asked, Finding } from './hunt.ts';
import { brokenLaw } from './laws.ts';
import { asUsersSee, queueSystem } from './system.ts';

const [asked = '', folder = ''] = process.argv.slice(2);

/** The path of fast-check begins with the number of the program, from 0. */
function found(difference: ChartDifference, { setting }: Asked): Finding {
  return {
    message: difference.message,
    law: brokenLaw(difference, setting),
    programs: Number.parseInt(difference.path ?? '', 10) + 1,
    steps: difference.steps.length,
  };
}

answer(folder, async (): Promise<Finding> => {
  const order = JSON.parse(asked) as Asked;
  const { name, setting, leftOut, redisPort, seed, runs } = order;
  const { adapter } = (await import(`./${name}.ts`)) as { readonly adapter: Adapter };
  const system = queueSystem(adapter, setting, { folder, redisPort }, leftOut);
  try {
    const report = await checkModel(queueMachine, system, { ...asUsersSee, seed, numRuns: runs });
    return { programs: report.runs, commands: report.events };
  } catch (error) {
    if (error instanceof ChartDifference) return found(error, order);
    throw error;
  }
});
