import fc from 'fast-check';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Linearizability, linearizable } from '../../src/testing/index.ts';
import { faultsOf, isLinearizable } from './brute-force.ts';
import { type History, anyHistories, legalHistories } from './histories.ts';
import { type Kind, kinds } from './objects.ts';

fc.configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 400);
const timeout = 20_000 + numRuns * 100;

/** What is wrong with the verdict: it names an order that is not legal, or none, or less than it should. */
function faultsOfVerdict(verdict: Linearizability<unknown, unknown>, history: History, kind: Kind): string[] {
  const { specification } = kind;
  if (verdict.linearizable === undefined) return ['it is unknown'];
  if (verdict.linearizable)
    return [...verdict.order].flatMap(([key, order]) => faultsOf(key, order, history, specification));
  const { key, prefix, overdue, refused } = verdict;
  const placed = prefix.map(({ invocation }) => invocation);
  const left = history.filter((call) => call.key === key && !placed.includes(call));
  // The beginning is legal, if what comes after it is left out.
  const beginning = faultsOf(key, prefix, placed, specification);
  const isRefusedOfThose = refused.every(({ invocation }) => left.includes(invocation));
  return [
    ...beginning,
    ...(left.includes(overdue) ? [] : ['what is overdue has its place']),
    ...(refused.some(({ invocation }) => invocation === overdue) ? [] : ['what is overdue is not refused']),
    ...(isRefusedOfThose ? [] : ['what is refused has its place']),
    ...(refused.every(({ why }) => why !== '') ? [] : ['no reason is given']),
  ];
}

describe.for(kinds)('histories of $name', (kind) => {
  test('that happened are linearizable, by an order that is legal', { timeout }, () => {
    fc.assert(
      fc.property(legalHistories(kind), (history) => {
        const verdict = linearizable(history, kind.specification);
        assert.equal(verdict.linearizable, true, verdict.message);
        assert.deepEqual(faultsOfVerdict(verdict, history, kind), []);
      }),
      { numRuns },
    );
  });

  test('that may be forged are judged as the definition does, word for word', { timeout }, () => {
    let legal = 0;
    fc.assert(
      fc.property(anyHistories(kind), (history) => {
        const verdict = linearizable(history, kind.specification);
        assert.equal(verdict.linearizable, isLinearizable(history, kind.specification), verdict.message);
        assert.deepEqual(faultsOfVerdict(verdict, history, kind), []);
        if (verdict.linearizable) legal += 1;
      }),
      { numRuns },
    );
    // Both verdicts were tried.
    assert.ok(legal > numRuns / 5 && legal < (numRuns * 4) / 5, `${legal} of ${numRuns} are linearizable`);
  });
});

test('a specification that says what only reads is searched less, with the same verdict', { timeout }, () => {
  const [registers] = kinds as [Kind];
  const isReading = (operation: unknown) => (operation as { type: string }).type === 'read';
  let saved = 0;
  fc.assert(
    fc.property(anyHistories(registers), (history) => {
      const plain = linearizable(history, registers.specification);
      const told = linearizable(history, { ...registers.specification, isReading });
      assert.equal(told.linearizable, plain.linearizable);
      assert.deepEqual(faultsOfVerdict(told, history, registers), []);
      saved += plain.configurations - told.configurations;
    }),
    { numRuns },
  );
  assert.ok(saved > 0, `${saved} configurations were saved`);
});

test('the check needs no runner of its own: node:test runs it as well', { timeout: 60_000 }, async () => {
  const file = join(import.meta.dirname, 'linearizable.node-test.ts');
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const run = promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
  const { stdout } = await run.catch((failed: { stdout: string }) => failed);
  expect(stdout.match(/^not ok .+$/gm) ?? []).toEqual([]);
  expect(stdout.match(/^ok \d+ .+$/gm)).toHaveLength(2);
});
