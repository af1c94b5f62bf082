export {
  type ConcurrentCall,
  ConcurrentDifference,
  type ConcurrentOptions,
  type ConcurrentReport,
  type ConcurrentSystem,
  type May,
  type OwnSteps,
  type Schedule,
  checkConcurrent,
} from './concurrent-check/index.ts';
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
  type InstancePorts,
  type ModelOptions,
  type ModelReport,
  type ModelSystem,
  type PathStep,
  type RepeatOptions,
  type TraceEntry,
  type TraceOptions,
  checkModel,
  checkTrace,
} from './model-check/index.ts';
export {
  type ChartOperation,
  type ChartSpecificationOptions,
  chartSpecification,
  type Intervention,
  type Observation,
} from './linearizability/chart-specification.ts';
export {
  type Call,
  type HistoryRecorder,
  type OpenCall,
  recordHistory,
} from './linearizability/history-recorder.ts';
export type { Invocation } from './linearizability/invocation.ts';
export type { Specification, SpecificationStep } from './linearizability/specification.ts';
export type {
  Linearizability,
  Linearizable,
  Linearized,
  NotLinearizable,
  Refused,
  Undecided,
} from './linearizability/verdict.ts';
export { linearizable, type LinearizableOptions } from './linearizable.ts';
export { type SimulatedClock, type SimulatedClockOptions, simulatedClock } from './simulated-clock.ts';
export { simulatedRandom } from './simulated-random.ts';
export { type Law, type StoreContractOptions, storeContract } from './store-contract/index.ts';
export {
  type OpenedStore,
  type ProcessOptions,
  type Simulated,
  type SimulatedProcess,
  type SimulateOptions,
  type Simulation,
  SimulationFailure,
  simulate,
} from './simulation.ts';
