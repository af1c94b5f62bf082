import { expect } from 'vitest';
import type { Fault } from '../../src/index.ts';

/** A message that says what was expected and what came. */
export const saysWhy = /^Expected .+, (got|but) ./s;
/** Longer than any name. */
export const huge = 'x'.repeat(100_000);

/** Bad input is refused in few words that say which argument, what was expected and what came. */
export function expectWhy({ name, message }: Fault, what: string, got?: string) {
  expect(name).toBe('InvalidArgument');
  expect(message).toMatch(saysWhy);
  expect(message).toContain(what);
  if (got !== undefined) expect(message).toContain(got);
  expect(message.length).toBeLessThan(500);
}
