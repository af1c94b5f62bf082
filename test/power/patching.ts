// Loaded before a workload, and in the thread of its store: sets what users cannot. `POWER_PATCHES` names the patches.
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';

interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export type PatchName = 'off' | 'small log' | 'early answer';

const file = 'src/stores/sqlite-file.ts';
const copying = 'src/stores/sqlite-copying.ts';

const patches: Readonly<Record<PatchName, readonly Edit[]>> = {
  // What `full` and `normal` are compared with: nothing is ever synced.
  off: [
    { file, find: 'PRAGMA synchronous = FULL', replace: 'PRAGMA synchronous = OFF' },
    { file, find: "${isSyncing ? 'FULL' : 'NORMAL'}", replace: 'OFF' },
  ],
  // The log is folded into the file and begun anew all the time, by its thread and by the commits themselves.
  'small log': [
    { file: copying, find: 'const checkpointPages = 4_000', replace: 'const checkpointPages = 60' },
    { file: copying, find: 'const copyFromPages = 3_000', replace: 'const copyFromPages = 30' },
    { file: copying, find: 'const worthPages = 500', replace: 'const worthPages = 10' },
    { file, find: 'journal_size_limit = 67108864', replace: 'journal_size_limit = 65536' },
  ],
  // A mistake: whoever asked is answered before the sync.
  'early answer': [{ file, find: "${isSyncing ? 'FULL' : 'NORMAL'}", replace: 'NORMAL' }],
};

/** The thread of the store gets no flags of its own: it has to load this file too. */
const threadEdit: Edit = {
  file: 'src/stores/sqlite-line.ts',
  find: 'execArgv: []',
  replace: `execArgv: ['--import', ${JSON.stringify(import.meta.url)}]`,
};

const root = fileURLToPath(new URL('../..', import.meta.url));

function edited(source: string, { file: name, find, replace }: Edit): string {
  const found = source.split(find).length - 1;
  if (found !== 1)
    throw new Error(`Expected ${JSON.stringify(find)} once in ${name}, got it ${found} times.`);
  return source.replace(find, () => replace);
}

const chosen = (process.env['POWER_PATCHES'] ?? '').split(',').filter((name) => name !== '');
const edits = chosen.flatMap((name) => patches[name as PatchName]);
const all = isMainThread ? [threadEdit] : edits;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const name = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
    const here = all.filter((edit) => edit.file === name);
    if (here.length === 0) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    return { ...loaded, source: here.reduce(edited, source) };
  },
});
