// Checked by the compiler alone: the public face beside the definitions.
import { expectTypeOf } from 'vitest';
import {
  type AnyTaskDefinition,
  type CreatedTaskHandle,
  Fault,
  type FaultName,
  type Supervisor,
  type TaskHandle,
  type TaskInfo,
  type TaskState,
  createSupervisor,
  defineTask,
  isFault,
} from '../../src/index.ts';

declare const supervisor: Supervisor;

export async function options() {
  const mixed = [
    defineTask({ type: 'a', run: ({ input }: { input: number }) => input }),
    defineTask({ type: 'b', run: ({ input }: { input: string }) => input }),
  ] satisfies readonly AnyTaskDefinition[];
  await using made = await createSupervisor({ tasks: mixed, concurrency: 8 });
  expectTypeOf(made).toEqualTypeOf<Supervisor>();
  // @ts-expect-error tasks are asked for
  await createSupervisor({});
  // @ts-expect-error concurrency is a number
  await createSupervisor({ tasks: [], concurrency: '8' });
  // @ts-expect-error a misspelt option
  await createSupervisor({ tasks: [], concurency: 8 });
  // @ts-expect-error a function is no definition
  await createSupervisor({ tasks: [() => {}] });
}

export async function createdTasks() {
  const task = await supervisor.createTask({ type: 'migrate', cancelable: true });
  expectTypeOf(task).toExtend<CreatedTaskHandle>();
  expectTypeOf(task.signal).toEqualTypeOf<AbortSignal>();
  await task.setState('success', { result: 1 });
  await task.setState('error', { fault: 'Timedout' });
  await task.setState('error', { fault: new Fault('OutOfBounds') });
  // @ts-expect-error there is no state canceled
  await task.setState('canceled');
  // @ts-expect-error the name of a fault is one of a closed list
  await task.setState('error', { fault: 'Nonsense' });
  // @ts-expect-error a plain error is no fault
  await task.setState('error', { fault: new Error('no') });
  // @ts-expect-error whether it is cancelable is asked for
  await supervisor.createTask({ type: 'migrate' });
}

export async function submittedTasks(task: TaskHandle) {
  // @ts-expect-error only the driver of a created task has its signal
  void task.signal;
  // @ts-expect-error a key never changes
  task.key = 'other';
  const info = await task.info();
  expectTypeOf(info).toEqualTypeOf<TaskInfo>();
  expectTypeOf(info.state).toEqualTypeOf<TaskState>();
  expectTypeOf(info.state).toEqualTypeOf<'queued' | 'running' | 'success' | 'error'>();
  expectTypeOf(info.queueTime).toEqualTypeOf<Date>();
  expectTypeOf(info.completeTime).toEqualTypeOf<Date | undefined>();
  expectTypeOf(info.error?.fault.name).toEqualTypeOf<FaultName | undefined>();
  // @ts-expect-error information is not to be changed
  info.state = 'success';
}

export async function filters() {
  for await (const info of supervisor.tasks({ state: ['queued', 'running'], type: 'a' })) {
    expectTypeOf(info).toEqualTypeOf<TaskInfo>();
  }
  // @ts-expect-error no such state
  supervisor.tasks({ state: 'canceled' });
  // @ts-expect-error no such member
  supervisor.tasks({ stat: 'queued' });
}

export async function events() {
  for await (const event of supervisor.events()) {
    expectTypeOf(event.at).toEqualTypeOf<Date>();
    if (event.kind === 'unknownType') expectTypeOf(event.type).toEqualTypeOf<string>();
    if (event.kind === 'lagged') expectTypeOf(event.missed).toEqualTypeOf<number>();
    // @ts-expect-error not every event is of a task
    void event.key;
    // @ts-expect-error no such kind
    if (event.kind === 'nonsense') return;
  }
}

export function faults(error: unknown) {
  if (isFault(error)) expectTypeOf(error).toEqualTypeOf<Fault>();
  if (isFault(error, 'InvalidState')) {
    expectTypeOf(error.name).toEqualTypeOf<'InvalidState'>();
    expectTypeOf(error.state).toEqualTypeOf<TaskState | undefined>();
  }
  if (isFault(error, 'NoPermission')) expectTypeOf(error.privilegeId).toEqualTypeOf<string | undefined>();
  // @ts-expect-error the name of a fault is one of a closed list
  isFault(error, 'Nonsense');
  // @ts-expect-error the name of a fault is one of a closed list
  return new Fault('Nonsense');
}
