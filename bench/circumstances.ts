import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { pinned } from './install.ts';

/** Where and of what figures were taken; they mean nothing without. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  readonly versions: string;
}

/** `folder`: where the bench has its peers, if that is a folder of its own. */
export function circumstances(folder?: URL): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: machine(),
    versions: versions(folder),
  };
}

function git(...args: string[]): string {
  return execFileSync('git', args, {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** What was measured: `+ changes` where the code was not what was committed. */
function commit(): string {
  try {
    const changed = git(
      'status',
      '--porcelain',
      '--',
      'src',
      'machines',
      'bench/*.ts',
      'bench/package-lock.json',
      'bench/comparison/package-lock.json',
    );
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' + changes' : '');
  } catch {
    return 'unknown';
  }
}

function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown';
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${process.platform} ${process.arch}, ${model}, ${processors.length} cores, ${gib} GiB`;
}

function versions(folder?: URL): string {
  const read = (path: string) =>
    (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
  const all = {
    Node: process.versions.node,
    taskchart: read('../package.json'),
    xstate: read('../node_modules/xstate/package.json'),
    ...pinned(folder),
  };
  return Object.entries(all)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
