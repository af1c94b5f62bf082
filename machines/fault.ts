/** The closed list of faults: each name with the message that `localizedMessage` shows when none is given. Plain data. */
export const faultMessages = {
  Evicted: 'The supervisor is stopping and wants the slot back.',
  ExtendedFault: 'An operation failed with a fault of its own kind.',
  InvalidArgument: 'A specified parameter was not correct.',
  InvalidState: 'The operation is not allowed in the current state.',
  ManagedObjectNotFound: 'The object has already been deleted or has not been completely created.',
  NoPermission: 'Permission to perform this operation was denied.',
  NotAuthenticated: 'The session is not authenticated.',
  NotSupported: 'The operation is not supported on the object.',
  OutOfBounds: 'A specified value is out of bounds.',
  RequestCanceled: 'The task was canceled by a user.',
  StoreFailed: 'The store cannot be written.',
  SupervisorStopped: 'The supervisor has stopped.',
  SystemError: 'A general system error occurred.',
  TaskInProgress: 'The operation is not allowed while another task is in progress.',
  Timedout: 'Operation timed out.',
  WorkerLost: 'The process that ran the task was lost.',
} as const;

/** The name of a fault. */
export type FaultName = keyof typeof faultMessages;

/** A fault as plain data, as `TaskInfo.error.fault` shows it. Further fields belong to the fault's kind. */
export interface FaultData {
  readonly name: FaultName;
  readonly faultCause?: LocalizedFault | undefined;
  readonly faultMessage?: readonly LocalizableMessage[] | undefined;
  readonly [field: string]: unknown;
}

/** A fault beside the sentence that a person reads. */
export interface LocalizedFault {
  readonly fault: FaultData;
  readonly localizedMessage: string;
}

/** A message as the seed has it: a key for catalogues, the text, and its argument. */
export interface LocalizableMessage {
  readonly key: string;
  readonly message: string;
  readonly arg?: unknown;
}

/** A fault with its sentence; without one, the sentence of its name. `RequestCanceled` always says its own. */
export function localized(fault: FaultData, message?: string): LocalizedFault {
  const own = fault.name === 'RequestCanceled' || message === undefined || message === '';
  return { fault, localizedMessage: own ? faultMessages[fault.name] : message };
}
