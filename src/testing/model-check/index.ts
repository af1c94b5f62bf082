export type { ChartStep, ChartView } from './chart-model.ts';
export { type ModelOptions, type ModelReport, checkModel } from './check-model.ts';
export { type TraceEntry, type TraceOptions, checkTrace } from './check-trace.ts';
export { ChartDifference, type PathStep } from './difference.ts';
export type { RepeatOptions } from './parameters.ts';
export type { ArbitraryLike, EventPort, EventPorts, InstancePorts, ModelSystem } from './system.ts';
