import { type TaskEvent, localized } from '../../machines/index.ts';
import { Fault, type TaskHandle, type TaskInfo, isFault } from '../../src/index.ts';
import type { Operation } from './program.ts';

/** A name for what is asked, with what matters of its arguments. */
export function nameOf(operation: Operation): string {
  if (operation.do === 'progress') return `progress ${operation.percent}`;
  if (operation.do === 'setState') return `setState ${operation.state} ${operation.outcome}`;
  if (operation.do === 'setCancelable') return `setCancelable ${operation.to}`;
  if (operation.do === 'custom') return `custom ${operation.value}`;
  return operation.do;
}

/** Asks it of a task. `watch` follows the task until it has seen so many. */
export async function perform(
  task: TaskHandle,
  operation: Operation,
  watch: (infos: AsyncIterable<TaskInfo>, times: number) => Promise<string>,
): Promise<unknown> {
  if (operation.do === 'cancel' || operation.do === 'info' || operation.do === 'ended')
    return task[operation.do]();
  if (operation.do === 'result') return task.result().catch((error: unknown) => outcomeOf(error));
  if (operation.do === 'progress') return task.updateProgress(operation.percent);
  if (operation.do === 'describe') return task.setDescription(described);
  if (operation.do === 'setCancelable') return task.setCancelable(operation.to);
  if (operation.do === 'custom') return task.setCustomValue('note', operation.value);
  if (operation.do === 'setState') return task.setState(operation.state, optionsOf(operation));
  return watch(task.watch(), 'times' in operation ? operation.times : Number.POSITIVE_INFINITY);
}

const described = { key: 'k', message: 'Described' };

/** A fault of the task itself is an outcome; one of the waiting is a rejection. */
function outcomeOf(error: unknown): string {
  if (isFault(error) && error.name !== 'SupervisorStopped') return `outcome ${error.name}`;
  throw error;
}

function optionsOf({ outcome }: Extract<Operation, { do: 'setState' }>) {
  if (outcome === 'result') return { result: 7 };
  if (outcome === 'fault') return { fault: new Fault('ExtendedFault') };
  return outcome === 'canceled' ? { fault: 'RequestCanceled' as const } : {};
}

/** The chart's event of an operation, but for its time. */
export function eventOf(operation: Operation): TaskEvent | undefined {
  if (operation.do === 'cancel') return { type: 'CANCEL', at: 0 };
  if (operation.do === 'progress') return { type: 'UPDATE_PROGRESS', at: 0, percentDone: operation.percent };
  if (operation.do === 'setCancelable') return { type: 'SET_CANCELABLE', at: 0, cancelable: operation.to };
  if (operation.do === 'describe') return { type: 'SET_DESCRIPTION', at: 0, description: { ...described } };
  if (operation.do === 'custom')
    return { type: 'SET_CUSTOM_VALUE', at: 0, key: 'note', value: operation.value };
  if (operation.do !== 'setState') return undefined;
  const { result, fault } = { result: undefined, fault: undefined, ...optionsOf(operation) };
  return {
    type: 'SET_STATE',
    at: 0,
    state: operation.state,
    result: result === undefined ? undefined : '[7]',
    error:
      fault === undefined
        ? undefined
        : localized({ name: fault === 'RequestCanceled' ? fault : 'ExtendedFault' }),
  };
}
