export { type ConcurrentOptions, checkConcurrent } from './check-concurrent.ts';
export { type ConcurrentCall, ConcurrentDifference } from './concurrent-difference.ts';
export type { ConcurrentSystem, May, OwnSteps, Schedule } from './concurrent-system.ts';
export type { ConcurrentReport } from './survey.ts';
