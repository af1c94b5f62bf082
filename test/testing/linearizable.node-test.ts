import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearizable } from '../../src/testing/index.ts';
import { register } from './objects.ts';

// Run by linearizable.test.ts, in a process of its own.
const write = { client: 'a', key: 'x', operation: { type: 'write', value: 1 }, answer: 'ok' } as const;
const read = { client: 'b', key: 'x', operation: { type: 'read' }, answer: 0 } as const;

await test('a read that overlaps a write may see what was before', () => {
  const history = [
    { ...write, calledAt: 0, returnedAt: 2 },
    { ...read, calledAt: 1, returnedAt: 3 },
  ];
  const verdict = linearizable(history, register);
  assert.equal(verdict.linearizable, true, verdict.message);
});

await test('a read after a write does not', () => {
  const history = [
    { ...write, calledAt: 0, returnedAt: 2 },
    { ...read, calledAt: 3, returnedAt: 4 },
  ];
  assert.equal(linearizable(history, register).linearizable, false);
});
