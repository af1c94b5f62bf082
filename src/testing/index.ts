export { type SimulatedClock, type SimulatedClockOptions, simulatedClock } from './simulated-clock.ts';
export { simulatedRandom } from './simulated-random.ts';
export { type Law, storeContract } from './store-contract/index.ts';
