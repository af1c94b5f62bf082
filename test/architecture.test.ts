import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { isFile, parseSource, readSources, type Source } from './support/source.ts';

const sources = readSources();
const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
const packages = new RegExp(`^(node:.+|(${declared.join('|')})(/.+)?)$`);
const doors = Object.values(manifest.exports).flatMap((door) =>
  typeof door === 'string' ? [] : [door.default],
);
const doorFiles = doors.map((path) => path.replace('./dist/', '').replace(/\.js$/, '.ts'));

const outer = [/^machines\//, /^src\/(manager\/)?[^/]+\.ts$/, 'src/compile/index.ts', packages];

/** Which room may import what; the first room that matches a file is its own. */
const rooms: { room: RegExp; may: (file: string) => (RegExp | string)[] }[] = [
  { room: /^machines\//, may: () => [/^machines\//, 'xstate'] },
  // The front door also hands out the store that is the default, and `createSupervisor` opens it.
  {
    room: /^src\/(index|supervisor)\.ts$/,
    may: () => [...outer, 'src/stores/memory.ts'],
  },
  {
    room: /^src\/(manager\/)?[^/]+\.ts$/,
    may: () => outer,
  },
  { room: /^src\/compile\//, may: () => [/^src\/compile\//, 'xstate'] },
  {
    room: /^src\/stores\//,
    may: (file) => [
      'src/store.ts',
      'src/fault.ts',
      // What others do with a shared file is waited for in real time.
      'src/clock.ts',
      new RegExp(`^${/^[^.-]+/.exec(file)?.[0]}[.-]`),
      packages,
    ],
  },
  // It runs in a browser, and the front door does not.
  { room: /^src\/charts\//, may: () => ['src/fault.ts', /^src\/charts\//, packages] },
  {
    room: /^src\/(inspector|testing)\//,
    may: (file) => [
      'src/index.ts',
      'src/charts/index.ts',
      /^machines\//,
      new RegExp(`^${/^src\/\w+\//.exec(file)?.[0]}`),
      packages,
    ],
  },
  { room: /^src\/cli\//, may: () => [/^src\/cli\//, ...doorFiles, packages] },
];

function strangers({ file, imports }: Source) {
  const allowed = rooms.find(({ room }) => room.test(file))?.may(file) ?? [];
  const isAllowed = (target: string) =>
    allowed.some((rule) => (typeof rule === 'string' ? rule === target : rule.test(target)));
  const found = imports.filter(({ target }) => !isAllowed(target));
  return found.map(({ target, line }) => `${file}:${line} may not import ${target}`);
}

const timeAndChance = new RegExp(
  [
    /^(Date\.now|Date\(|new Date\(\)|performance\.|process\.hrtime|AbortSignal\.timeout|v\d\(\))/,
    /^(setTimeout|setInterval|setImmediate|Math\.random|crypto\.\w+|randomUUID|getRandomValues)$/,
    /\.(randomUUID|getRandomValues|randomBytes|hrtime)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
const clocks = /^(node:)?(timers|perf_hooks|crypto)(\/|$)/;

function timeOrChance({ file, imports, uses }: Source) {
  if (file === 'src/clock.ts' || file === 'src/random.ts') return [];
  const expressions = uses.filter(({ expression }) => timeAndChance.test(expression));
  // A hash is neither time nor chance.
  const isHash = (names: readonly string[]) =>
    names.length > 0 && names.every((name) => name === 'createHash');
  const modules = imports.filter(({ target, names }) => clocks.test(target) && !isHash(names));
  const found = [
    ...expressions.map(({ expression, line }) => ({ what: expression, line })),
    ...modules.map(({ target, line }) => ({ what: `import of ${target}`, line })),
  ];
  return found.map(
    ({ what, line }) => `${file}:${line} time and chance only by clock.ts, random.ts: ${what}`,
  );
}

function internals({ file, imports, uses }: Source) {
  if (file === 'machines/chart.ts' || file.startsWith('src/compile/')) return [];
  const isPrivate = (name: string) => /^(_|\$)|^x\$/.test(name);
  const found = [
    ...uses.filter(({ expression }) => /^(?!this\.).*\._\w+$/.test(expression)),
    ...imports
      .filter(
        ({ target, names }) =>
          /^xstate(\/dist|$)/.test(target) && (target !== 'xstate' || names.some(isPrivate)),
      )
      .map(({ target, line }) => ({ expression: `import of ${target}`, line })),
  ];
  return found.map(
    ({ expression, line }) => `${file}:${line} XState's insides only in chart.ts and compile/: ${expression}`,
  );
}

/** Every import path from a file back to itself, each cycle once. */
function cycles(from: Source[]) {
  const byFile = new Map(from.map((source) => [source.file, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]) => {
    for (const { target, line } of byFile.get(file)?.imports ?? []) {
      const cycle = path.slice(path.indexOf(target));
      if (path.includes(target))
        found.push(`${file}:${line} import cycle: ${[...cycle, target].join(' → ')}`);
      else if (!done.has(target)) visit(target, [...path, target]);
    }
    done.add(file);
  };
  for (const { file } of from) if (!done.has(file)) visit(file, [file]);
  return found;
}

function nodeModulesBehind(door: string) {
  const seen = new Set<string>([door]);
  const found: string[] = [];
  for (const file of seen) {
    for (const { target, line } of sources.find((source) => source.file === file)?.imports ?? []) {
      if (target.startsWith('node:'))
        found.push(`${file}:${line} runs in a browser, may not import ${target}`);
      seen.add(target);
    }
  }
  return found;
}

test('every room imports only what its doors allow', () => {
  expect(sources.flatMap(strangers)).toEqual([]);
});

test('no import cycle exists, types included', () => {
  expect(cycles(sources)).toEqual([]);
});

test('time and chance come from clock.ts and random.ts alone', () => {
  expect(sources.flatMap(timeOrChance)).toEqual([]);
});

test("XState's insides are touched in chart.ts and compile/ alone", () => {
  expect(sources.flatMap(internals)).toEqual([]);
});

test('machines, compile and charts need no module of Node', () => {
  const browser = doorFiles.filter((file) => /^(machines\/|src\/compile\/|src\/charts\/)/.test(file));
  expect(browser.flatMap(nodeModulesBehind)).toEqual([]);
});

test('every door of the package is a file', () => {
  expect(doorFiles.filter((file) => !isFile(file))).toEqual([]);
});

test.for<[string, string, (source: Source) => string[]]>([
  ['src/a.ts', "export { x } from './stores/sqlite.ts'", strangers],
  ['src/stores/sqlite.ts', "import type { Row } from './memory.ts'", strangers],
  ['machines/a.ts', "type T = import('../src/task.ts').Task", strangers],
  ['src/charts/a.ts', "import { Fault } from '../index.ts'", strangers],
  ['src/a.ts', "await import('left-pad')", strangers],
  ['src/a.ts', 'const now = () => Date.now()', timeOrChance],
  ['src/a.ts', 'const late = { setTimeout }', timeOrChance],
  ['src/a.ts', "import { randomUUID } from 'node:crypto'", timeOrChance],
  ['src/a.ts', 'export const day = new Date()', timeOrChance],
  ['src/a.ts', 'const key = v7()', timeOrChance],
  ['src/a.ts', 'globalThis.setTimeout(f, 1)', timeOrChance],
  ['src/a.ts', 'actor.system._relay(1)', internals],
  ['src/a.ts', "import type { A } from './a.ts'", (source) => cycles([source])],
])('%s: `%s` breaks a rule', ([file, text, rule]) => {
  expect(rule(parseSource(file, text))[0]).toContain(`${file}:1 `);
});

test('what takes its time from the clock breaks no rule', () => {
  const text =
    'clock.setTimeout(f, 1); const d = new Date(0); const c = { setTimeout: clock.setTimeout }; v7({ msecs })';
  expect(timeOrChance(parseSource('src/a.ts', text))).toEqual([]);
});
