import { type FaultName, faultMessages } from '../machines/fault.ts';
import type { Outcome, TaskEvent } from '../machines/task.ts';
import { Fault, type FaultFields, notFound } from './fault.ts';
import { type TaskRecord, stateOf } from './record.ts';

/** What an operation got: the chart's answer, and the record as it was then committed (undefined: there is none). */
export interface Answer {
  readonly outcome: Outcome;
  readonly record: TaskRecord | undefined;
}

/** The name of the fault, when the answer is one. */
export function faultOf(outcome: Outcome): FaultName | undefined {
  return Object.hasOwn(faultMessages, outcome) ? (outcome as FaultName) : undefined;
}

const verbs: Readonly<Record<TaskEvent['type'], string>> = {
  CANCEL: 'cancel it',
  UPDATE_PROGRESS: 'report progress',
  SET_DESCRIPTION: 'describe it',
  SET_CANCELABLE: 'set whether it is cancelable',
  SET_CUSTOM_VALUE: 'set a custom value',
  SET_STATE: 'set its state',
  START: 'start it',
  BODY_RETURNED: 'end it',
  BODY_THREW: 'end it',
  EXPIRE: 'let it expire',
  EVICT: 'evict it',
  UNRESPONSIVE: 'call it unresponsive',
  LOSE: 'call its worker lost',
  SAVE_CHECKPOINT: 'save a checkpoint',
  SPAWN: 'spawn a child',
  ROLL_UP: 'roll up its progress',
  CHILDREN_ENDED: 'end it',
};

/** The fault that an answer stands for, saying why; undefined when the operation was accepted. */
export function refusal(key: string, event: TaskEvent, { outcome, record }: Answer): Fault | undefined {
  const name = faultOf(outcome);
  if (name === undefined) return undefined;
  if (name === 'ManagedObjectNotFound' || !record)
    return name === 'ManagedObjectNotFound' ? notFound(key) : new Fault(name);
  const state = stateOf(record);
  const what = `Expected to ${verbs[event.type]}, but task ${key} `;
  const fields: FaultFields = { obj: key, state };
  if (name === 'InvalidState') return new Fault(name, `${what}is ${inWords(record)}.`, fields);
  if (name === 'NotSupported') return new Fault(name, `${what}${whyNot(event, record)}.`, fields);
  if (name === 'OutOfBounds' && event.type === 'UPDATE_PROGRESS') {
    const message = `Expected percentDone to be from 0 to 100, got ${event.percentDone}.`;
    return new Fault(name, message, { argumentName: 'percentDone' });
  }
  return new Fault(name, undefined, fields);
}

function inWords(record: TaskRecord): string {
  const { cancelled } = record.life;
  const state = stateOf(record);
  if (state === 'running' && cancelled) return 'running and asked to end';
  return state === 'error' ? `in error (${record.life.error?.fault.name})` : `in state ${state}`;
}

function whyNot(event: TaskEvent, record: TaskRecord): string {
  if (event.type === 'CANCEL') return 'is not cancelable';
  if ('fence' in event && event.fence !== undefined) return 'is no longer held by the attempt that asks';
  return `is driven by its ${record.life.driver}`;
}
