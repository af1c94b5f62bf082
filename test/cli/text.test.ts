import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { duration, json, shown, shownLines, stopwatch, table } from '../../src/cli/text.ts';

const wicked = 'a\u0000\u0007\u001B[2J\r\n\t\u007F\u009B31m\u202Eb\u2066c\u2028漢🙂';

test('what could move a cursor or turn text around is shown as what it is', () => {
  expect(shown(wicked)).toBe(
    'a\\u0000\\u0007\\u001b[2J\\r\\n\\t\\u007f\\u009b31m\\u202eb\\u2066c\\u2028漢🙂',
  );
  expect(shownLines('one\n\ttwo\u001B[A')).toBe('one\n\ttwo\\u001b[A');
});

test('JSON of any text says the same, and holds nothing but printable characters', () => {
  const text = json({ wicked }, 2);
  expect(JSON.parse(text)).toEqual({ wicked });
  expect(shown(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
});

test('JSON carries what JSON lacks as what comes nearest, and a ring once', () => {
  const ring: Record<string, unknown> = {
    big: 2n ** 70n,
    map: new Map([[{ a: 1 }, new Set([2])]]),
    at: new Date(0),
  };
  ring['self'] = ring;
  ring['bytes'] = new Uint8Array([1, 2]);
  ring['missing'] = undefined;
  expect(JSON.parse(json(ring))).toEqual({
    big: '1180591620717411303424',
    map: [[{ a: 1 }, [2]]],
    at: '1970-01-01T00:00:00.000Z',
    self: '[Circular]',
    bytes: [1, 2],
  });
});

test('columns are as wide as what a terminal shows of them', () => {
  const lines = table([
    ['漢字', 'x', 'last'],
    ['\u001B[31mab\u001B[39m', '', ''],
    ['abcdef', 'yy', 'l'],
  ]);
  expect(lines.map(stripVTControlCharacters)).toEqual(['漢字    x   last', 'ab', 'abcdef  yy  l']);
});

test.for([
  [0, '0 ms', '0:00'],
  [1_500, '1 s', '0:01'],
  [119_000, '119 s', '1:59'],
  [120_000, '2 min', '2:00'],
  [3_723_000, '62 min', '1:02:03'],
  [172_800_000, '2 d', '48:00:00'],
] as const)('%i ms are %s, and %s on a clock', ([ms, words, clock]) => {
  expect([duration(ms), stopwatch(ms)]).toEqual([words, clock]);
});
