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

/** A chart that is declared as `export const xMachine =` is this mutant of it, if it has one of this name. */
function charted(source: string, name: string): string {
  const edited = source.replace(/^export const (\w+Machine) =/m, 'const original =');
  const [, machine] = /^export const (\w+Machine) =/m.exec(source) ?? [];
  if (machine === undefined) throw new Error('Expected the file of a chart to export its machine.');
  const maker = JSON.stringify(new URL('chart-mutants.ts', import.meta.url).href);
  return [
    `import { mutated } from ${maker};`,
    edited,
    `export const ${machine} = mutated(original, ${JSON.stringify(name)}) ?? original;`,
  ].join('\n');
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

/** The chart that has a mutant of this name is that one, when it is loaded: whatever is made of it then is made of the mutant. */
export function loadChart(name: string): void {
  const edit: Edit = (source) => charted(source, name);
  editing({ 'machines/task.ts': edit, 'machines/supervisor.ts': edit });
}
