import { describe, expect, test } from 'vitest';
import { Fault, type TaskDefinition, defineTask } from '../src/index.ts';
import { quiet } from './support/quiet.ts';
import { world } from './support/world.ts';

const throwing = (error: unknown) =>
  defineTask({
    type: 'throwing',
    run: (): never => {
      throw error;
    },
  });

async function ending(definition: TaskDefinition<unknown, unknown>, input?: unknown) {
  const at = await world({ tasks: [definition] });
  const task = await at.supervisor.submit(definition, input);
  const info = await task.ended();
  const fault = (await task.result().catch((error: unknown) => error)) as Fault;
  return { ...at, task, info, fault };
}

const ring = new Error('ring');
ring.cause = new Error('back', { cause: ring });

const trap = () => {
  throw new Error('the getter threw');
};
const trapped = (name: string) => Object.defineProperty(new Error('trapped'), name, { get: trap });

describe('whatever a body throws, its task ends in error, and so does nothing else', () => {
  test.for<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'disk full'],
    ['an empty text', ''],
    ['a number', NaN],
    ['a bigint', 7n],
    ['a symbol', Symbol('s')],
    ['a function', () => {}],
    ['a plain object', { code: 7 }],
    ['an object without a prototype', Object.create(null)],
    ['an array', [new Error('one')]],
    ['an error without a message', new Error('')],
    ['an error whose message is no text', Object.assign(new Error('x'), { message: { toString: trap } })],
    ['an error with a ring of causes', ring],
    [
      'an error that is its own cause',
      Object.assign(new Error('self'), {
        get cause() {
          return this;
        },
      }),
    ],
    ['an AggregateError', new AggregateError([new Error('a'), new Error('b')], 'both')],
    ...['message', 'name', 'stack', 'cause', 'code'].map((name): [string, unknown] => [
      `an error whose ${name} throws`,
      trapped(name),
    ]),
    [
      'an object whose name throws',
      {
        get name() {
          return trap();
        },
      },
    ],
    [
      'a proxy that throws whatever is asked',
      new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap }),
    ],
    ['a revoked proxy', revoked()],
    [
      'a fault with a cause that throws',
      Object.assign(new Fault('OutOfBounds'), {
        extra: {
          get x() {
            return trap();
          },
        },
      }),
    ],
  ])('%s', async ([, thrown]) => {
    await using at = await ending(throwing(thrown));
    expect(at.info).toMatchObject({ state: 'error', cancelled: false });
    expect(at.info.error?.localizedMessage).toMatch(/./);
    expect(['SystemError', 'OutOfBounds']).toContain(at.info.error?.fault.name);
    expect(at.fault).toBeInstanceOf(Fault);
    await quiet();
    expect(at.supervisor.actor.getSnapshot()).toMatchObject({ value: 'running', context: { slots: 0 } });
    JSON.stringify(at.info);
  });
});

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test('a ring of causes is kept for a while, and its first error is the message', async () => {
  await using at = await ending(throwing(ring));
  expect(at.info.error).toMatchObject({
    localizedMessage: 'ring',
    fault: {
      faultCause: { localizedMessage: 'ring', fault: { faultCause: { localizedMessage: 'back' } } },
    },
  });
});

describe('what is thrown and is no Fault becomes SystemError', () => {
  test('with the message, the error as faultCause, and the very error as cause', async () => {
    const root = new RangeError('no space');
    const error = Object.assign(new TypeError('disk full', { cause: root }), { code: 'ENOSPC' });
    await using at = await ending(throwing(error));
    expect(at.fault).toMatchObject({ name: 'SystemError', message: 'disk full' });
    expect(at.fault.cause).toBe(error);
    expect(at.info.error).toMatchObject({
      localizedMessage: 'disk full',
      fault: {
        name: 'SystemError',
        faultCause: {
          localizedMessage: 'disk full',
          fault: {
            type: 'TypeError',
            code: 'ENOSPC',
            faultCause: { localizedMessage: 'no space', fault: { type: 'RangeError' } },
          },
        },
      },
    });
    expect(at.info.attempts).toMatchObject([{ fault: at.info.error }]);
  });

  test('even when it calls itself RequestCanceled, and nobody asked', async () => {
    const own = new Fault('RequestCanceled', 'I stop');
    await using at = await ending(throwing(own));
    expect(at.info).toMatchObject({
      state: 'error',
      cancelled: false,
      error: { fault: { name: 'SystemError' } },
    });
    expect(at.info.error?.fault.faultCause?.fault.name).toBe('RequestCanceled');
  });
});

describe('a Fault that a body throws', () => {
  test('keeps its name, its message, its fields and its cause', async () => {
    const cause = new Error('page 8 of 7');
    const own = new Fault('OutOfBounds', 'Expected a page of the book.', {
      argumentName: 'page',
      pages: new Set([1, 2]),
      faultMessage: [{ key: 'a', message: 'b' }],
      cause,
    });
    await using at = await ending(throwing(own));
    expect(at.info.error).toMatchObject({
      localizedMessage: 'Expected a page of the book.',
      fault: {
        name: 'OutOfBounds',
        argumentName: 'page',
        pages: new Set([1, 2]),
        faultMessage: [{ key: 'a', message: 'b' }],
        faultCause: { localizedMessage: 'page 8 of 7' },
      },
    });
    expect(at.fault).toMatchObject({
      name: 'OutOfBounds',
      message: own.message,
      argumentName: 'page',
      cause,
    });
    expect(at.fault.cause).toBe(cause);
  });

  test('has its fields as text where they are no data', async () => {
    await using at = await ending(throwing(new Fault('OutOfBounds', 'x', { callback: function retry() {} })));
    expect(at.info.error?.fault).toEqual({ name: 'OutOfBounds', callback: 'the function retry' });
  });

  test('of a later time is no part of the record: whoever changes it changes nothing', async () => {
    const list = [1];
    await using at = await ending(throwing(new Fault('OutOfBounds', 'x', { list })));
    list.push(2);
    expect((await at.task.info()).error?.fault).toEqual({ name: 'OutOfBounds', list: [1] });
  });
});
