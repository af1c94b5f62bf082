import { describe, test } from 'vitest';
import { type SupervisorOptions, createSupervisor, defineTask } from '../src/index.ts';

import { faultOf } from './support/fault.ts';
import { heldBody } from './support/held-body.ts';

import { expectWhy, huge } from './support/why.ts';

describe('createSupervisor refuses', () => {
  const held = heldBody().definition;
  const noName = { ...held, type: '' };
  test.for<[string, unknown, string]>([
    ['no options', undefined, 'createSupervisor'],
    ['no list of tasks', {}, 'tasks'],
    ['tasks that are no list', { tasks: held }, 'tasks'],
    ['a task that no defineTask made', { tasks: [{ type: 'x' }] }, 'tasks'],
    ['undefined as a task', { tasks: [undefined] }, 'tasks'],
    ['a type twice', { tasks: [held, heldBody().definition] }, 'tasks'],
    ...[0, -1, 1.5, NaN, Infinity, '4'].map((concurrency): [string, unknown, string] => [
      `concurrency ${String(concurrency)}`,
      { tasks: [], concurrency },
      'concurrency',
    ]),
    ['run that is no boolean', { tasks: [], run: 'no' }, 'run'],
    ['strictBounds that is no boolean', { tasks: [], strictBounds: 1 }, 'strictBounds'],
    ['storeRetryMs below 0', { tasks: [], storeRetryMs: -1 }, 'storeRetryMs'],
    ['storeRetryMs NaN', { tasks: [], storeRetryMs: NaN }, 'storeRetryMs'],
    ['a misspelt option', { tasks: [], concurency: 4 }, 'concurency'],
    ['a misspelt member of retention', { tasks: [], retention: { sucess: {} } }, 'sucess'],
    ['a misspelt member of a keep', { tasks: [], retention: { success: { max: 1 } } }, 'max'],
    [
      'a negative count to keep',
      { tasks: [], retention: { error: { maxCount: -1 } } },
      'retention.error.maxCount',
    ],
    ['an age that is no number', { tasks: [], retention: { minAgeMs: '1' } }, 'retention.minAgeMs'],
  ])('%s', async ([, options, what]) => {
    expectWhy(await faultOf(() => createSupervisor(options as SupervisorOptions), 'InvalidArgument'), what);
  });

  test.for<[string, unknown, string]>([
    [
      'a definition that was made by hand, and lacks its rules',
      { tasks: [{ type: 'x', run() {} }] },
      'tasks',
    ],
    ['a definition that was changed by hand', { tasks: [noName] }, 'tasks'],
    ['a store that is none', { tasks: [], store: {} }, 'store'],
    ['a clock that is none', { tasks: [], clock: {} }, 'clock'],
    ['an authorize that is no function', { tasks: [], authorize: 'everybody' }, 'authorize'],
    ['an inspect that is no observer', { tasks: [], inspect: 7 }, 'inspect'],
  ])('%s', async ([, options, what]) => {
    expectWhy(await faultOf(() => createSupervisor(options as SupervisorOptions), 'InvalidArgument'), what);
  });
});

describe('defineTask refuses', () => {
  const run = () => {};
  test.for<[string, unknown, string]>([
    ['no options', undefined, 'defineTask'],
    ['no type', { run }, 'type'],
    ['an empty type', { type: '', run }, 'type'],
    ['a huge type', { type: huge, run }, 'type'],
    ['a type that is no text', { type: 7, run }, 'type'],
    ['no run', { type: 'x' }, 'run'],
    ['a run that is no function', { type: 'x', run: 'run' }, 'run'],
    ['cancelable that is no boolean', { type: 'x', run, cancelable: 'no' }, 'cancelable'],
    ['graceMs below 0', { type: 'x', run, graceMs: -1 }, 'graceMs'],
    ['graceMs NaN', { type: 'x', run, graceMs: NaN }, 'graceMs'],
    ['an input that is no schema', { type: 'x', run, input: { path: 'string' } }, 'input'],
    ['a result that is no schema', { type: 'x', run, result: String }, 'result'],
    ['a misspelt option', { type: 'x', run, cancellable: true }, 'cancellable'],
  ])('%s', async ([, options, what]) => {
    expectWhy(await faultOf(() => defineTask(options as never), 'InvalidArgument'), what);
  });
});
