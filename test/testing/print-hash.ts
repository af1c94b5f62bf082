import { simulate } from '../../src/testing/index.ts';
import { busyScenario } from './busy-scenario.ts';

const faults = { refused: 5, lost: 5, torn: 5, duplicated: 20 };
const { hash } = await simulate(Number(process.argv[2]), busyScenario(faults));
console.log(hash);
