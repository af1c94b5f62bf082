export {
  type CrashPoint,
  type Faults,
  type FaultyStore,
  type FaultyStoreOptions,
  faultyStore,
} from './faulty-store.ts';
export {
  type ArbitraryLike,
  ChartDifference,
  type ChartStep,
  type ChartView,
  type EventPort,
  type EventPorts,
  type ModelOptions,
  type ModelReport,
  type ModelSystem,
  type PathStep,
  type TraceEntry,
  type TraceOptions,
  checkModel,
  checkTrace,
} from './model-check/index.ts';
export { type SimulatedClock, type SimulatedClockOptions, simulatedClock } from './simulated-clock.ts';
export { simulatedRandom } from './simulated-random.ts';
export { type Law, storeContract } from './store-contract/index.ts';
export {
  type ProcessOptions,
  type Simulated,
  type SimulatedProcess,
  type SimulateOptions,
  type Simulation,
  SimulationFailure,
  simulate,
} from './simulation.ts';
