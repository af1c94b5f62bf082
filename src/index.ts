export type { FaultData, FaultName, LocalizableMessage, LocalizedFault } from '../machines/fault.ts';
export type { TaskState } from '../machines/task.ts';
export type { Authorize, Privilege, Request } from './access.ts';
export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export type { RuntimeEvent } from './event-stream.ts';
export { Fault, type FaultFields, type FaultOf, isFault } from './fault.ts';
export type { TaskFilter } from './filter.ts';
export type { SupervisorSnapshot } from './mailbox.ts';
export type { InspectObserver } from './observer.ts';
export type { Random } from './random.ts';
export { systemRandom } from './random.ts';
export type { RetentionOptions } from './retention.ts';
export type { ResubmitOptions } from './resubmission.ts';
export { type Backoff, type Jitter, type RetryOptions, noRetry } from './retry.ts';

export type {
  ChildLink,
  Counts,
  Creation,
  Dispatch,
  Group,
  Hint,
  JournalEntry,
  Keep,
  LeaseBook,
  Offer,
  PruneRequest,
  Pruned,
  Query,
  RecordFilter,
  RecordStore,
  Reservation,
  Store,
  Taken,
  TakeRequest,
  TaskReason,
  TaskRecord,
  Verdict,
  Write,
} from './store.ts';
export { memoryStore, type MemoryStoreOptions } from './stores/memory.ts';
export type { CreateTaskOptions, SubmitOptions } from './submission.ts';
export { type Supervisor, type SupervisorOptions, createSupervisor } from './supervisor.ts';
export {
  type AnyTaskDefinition,
  type BodyContext,
  type BodyTask,
  type FailurePolicy,
  type SpawnAllOptions,
  type SpawnOptions,
  type TaskDefinition,
  defineTask,
  isDefinition,
} from './task.ts';
export type {
  CancelReceipt,
  CreatedTaskHandle,
  JournalStep,
  StateOptions,
  TaskHandle,
  Watch,
} from './task-handle.ts';
export { type AttemptInfo, type TaskInfo, taskInfo } from './task-info.ts';
export { type Turn, type TurnScheduler, immediateTurns } from './turn.ts';
