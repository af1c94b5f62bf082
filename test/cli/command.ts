import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { commandLine as doAll } from '../../src/cli/command-line.ts';
import { Program } from '../jobs/program.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

/** The module with the bodies that a test tells what to do. */
export const tasksModule = join(import.meta.dirname, 'tasks.ts');

/** Node keeps here what it compiled: most of a command's time is the stripping of types, and that once is enough. */
const cache = mkdtempSync(join(tmpdir(), 'taskchart-compiled-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** What the processes of a test get. */
export const environment = { NODE_COMPILE_CACHE: cache };

/** What a command did. */
export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line of the command. */
export function commandLine(...args: string[]): string[] {
  return [process.execPath, main, ...args];
}

/** The command in a process of its own, without a terminal. */
export function command(cwd: string, ...args: string[]): Program {
  return new Program(commandLine(...args), { cwd, env: environment });
}

/** The command is called, and has ended. */
export async function call(cwd: string, ...args: string[]): Promise<Ended> {
  const program = command(cwd, ...args);
  return { code: await program.exit, stdout: program.output, stderr: program.errors };
}

/** The same in this process: a new one costs half a second. */
export async function callHere(...args: string[]): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  const names = ['stdout', 'stderr'] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(process[name], 'write'));
  for (const name of names) {
    const value = (chunk: string | Uint8Array) => {
      texts[name] += String(chunk);
      return true;
    };
    Object.defineProperty(process[name], 'write', { value, configurable: true, writable: true });
  }
  try {
    return { code: await doAll(args), ...texts };
  } finally {
    for (const [index, name] of names.entries()) {
      Reflect.deleteProperty(process[name], 'write');
      const own = before[index];
      if (own) Object.defineProperty(process[name], 'write', own);
    }
  }
}

/** `taskchart` can be called in a shell whose PATH begins with this folder. */
export async function installCommand(folder: string): Promise<void> {
  const file = join(folder, 'taskchart');
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  await chmod(file, 0o755);
}
