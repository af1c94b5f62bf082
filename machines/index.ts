export { leafOf, snapshotAt, step, type Step } from './chart.ts';
export {
  faultMessages,
  localized,
  type FaultData,
  type FaultName,
  type LocalizableMessage,
  type LocalizedFault,
} from './fault.ts';
export { supervisorMachine, type SupervisorEvent } from './supervisor.ts';
export {
  firstLife,
  keptAttempts,
  rolledUp,
  taskMachine,
  type Accepted,
  type Children,
  type EndedAttempt,
  type Held,
  type Outcome,
  type TaskContext,
  type TaskEvent,
  type TaskInput,
  type TaskLife,
  type TaskState,
} from './task.ts';
