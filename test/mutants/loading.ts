import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Patch } from './patches/patch.ts';

const root = join(import.meta.dirname, '../..');

type Edit = (source: string) => string;

/** The text with one part replaced. @throws Error unless the part is there exactly once: then the patch is outdated. */
function replaced(source: string, { name, file, find, replace }: Patch): string {
  const found = source.split(find).length - 1;
  if (found !== 1)
    throw new Error(`Expected "${name}" to find its text once in ${file}, got ${found} times.`);
  return source.replace(find, () => replace);
}

/** A chart that is declared as `export const xMachine =` is another when `become` says so: whoever imports it sees that. */
function charted(source: string): string {
  const edited = source.replace(/^export const (\w+Machine) =/m, 'const original =');
  const [, machine] = /^export const (\w+Machine) =/m.exec(source) ?? [];
  if (machine === undefined) throw new Error('Expected the file of a chart to export its machine.');
  const beside = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  return [
    `import { mutated } from ${beside('chart-mutants.ts')};`,
    `import { follow } from ${beside('present-mutant.ts')};`,
    edited,
    `export let ${machine} = original;`,
    `follow((name) => { ${machine} = mutated(original, name) ?? original; });`,
  ].join('\n');
}

/** The table that decisions are made by is that of the chart as it is then. */
function compiled(source: string): string {
  const beside = JSON.stringify(new URL('present-mutant.ts', import.meta.url).href);
  const made = 'const chart = compile(taskMachine);';
  const find = { name: 'the compiled chart', file: 'src/decide.ts', find: made };
  const remade = 'let chart = compile(taskMachine); follow(() => { chart = compile(taskMachine); });';
  return `import { follow } from ${beside};\n${replaced(source, { ...find, replace: remade } as Patch)}`;
}

function editing(edits: Readonly<Record<string, Edit>>): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith('file:')) return loaded;
      const edit = edits[relative(root, fileURLToPath(url)).replaceAll('\\', '/')];
      return edit ? { ...loaded, source: edit(Buffer.from(loaded.source as Uint8Array).toString()) } : loaded;
    },
  });
}

/** Modules that are loaded from now on are those of the mutant. */
export function loadPatched(patch: Patch): void {
  editing({ [patch.file]: (source) => replaced(source, patch) });
}

/** Charts that are loaded from now on can become any of their mutants. */
export function loadCharts(): void {
  editing({
    'machines/task.ts': charted,
    'machines/supervisor.ts': charted,
    'src/decide.ts': compiled,
  });
}
