import { readFile, writeFile } from 'node:fs/promises';
import type { AnyStateMachine } from 'xstate';
import { isFault } from '../index.ts';
import type { Format } from './formats.ts';
import { oneOf } from './keys.ts';
import { load } from './module.ts';
import { json } from './text.ts';
import { UsageError, exitCode } from './usage.ts';

export interface DrawOptions {
  readonly export?: string;
  readonly format: Format;
  readonly output?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** The machine that the file exports is drawn: on stdout, into a file, or compared with what is there. */
export async function draw(file: string, options: DrawOptions): Promise<number> {
  const { output, check = false } = options;
  if (check && output === undefined)
    throw new UsageError(
      'Expected --output FILE with --check: what is compared with the drawing.',
      `For instance: taskchart draw ${file} --output chart.mmd --check`,
    );
  const [name, machine] = machineOf(file, await load(file), options.export);
  const text = await drawn(machine, options.format).catch((error: unknown) => {
    // What the format cannot carry, or the package that lays it out is not installed.
    throw isFault(error, 'NotSupported') ? new UsageError(error.message) : error;
  });
  if (output === undefined) {
    const isJson = options.json === true;
    process.stdout.write(
      isJson ? `${json({ export: name, format: options.format, text }, 2)}\n` : withEnd(text),
    );
    return exitCode.done;
  }
  if (check) return compare(file, output, withEnd(text), options);
  await writeFile(output, withEnd(text)).catch((error: Error) => {
    throw new UsageError(
      `Expected to write ${output}, got: ${error.message}.`,
      'Give another --output FILE.',
    );
  });
  const said =
    options.json === true ? json({ export: name, format: options.format, output }, 2) : `Drew ${output}`;
  process.stdout.write(`${said}\n`);
  return exitCode.done;
}

/** A file of text ends in a line's end, once. */
function withEnd(text: string): string {
  return `${text.trimEnd()}\n`;
}

async function compare(file: string, output: string, text: string, options: DrawOptions): Promise<number> {
  const there = await readFile(output, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(
      `Expected a drawing at ${output}, got: ${error.message}.`,
      'Give another --output FILE.',
    );
  });
  const isFresh = there === text;
  if (options.json === true) process.stdout.write(`${json({ output, fresh: isFresh }, 2)}\n`);
  else if (isFresh) process.stdout.write(`${output} is as ${file} says.\n`);
  if (!isFresh)
    process.stderr.write(
      `${output} ${there === undefined ? 'is not there' : `is not as ${file} says`}. Draw it anew: the same command without --check.\n`,
    );
  return isFresh ? exitCode.done : exitCode.failed;
}

/** The machine of this name; without a name the only one. */
function machineOf(
  file: string,
  exports: Readonly<Record<string, unknown>>,
  wanted: string | undefined,
): readonly [name: string, machine: AnyStateMachine] {
  const machines = Object.entries(exports).filter((entry): entry is [string, AnyStateMachine] =>
    isMachine(entry[1]),
  );
  const names = machines.map(([name]) => name);
  const [first, ...others] = machines;
  if (!first)
    throw new UsageError(
      `Expected ${file} to export an XState machine, got ${Object.keys(exports).join(', ') || 'nothing'}.`,
      'Export what createMachine or setup(…).createMachine returns.',
    );
  if (wanted !== undefined) {
    const name = oneOf(`an exported machine of ${file}`, wanted, names);
    return machines[names.indexOf(name)] ?? first;
  }
  if (others.length === 0 || new Set(machines.map(([, machine]) => machine)).size === 1) return first;
  throw new UsageError(
    `Expected --export NAME, as ${file} exports several machines: ${names.join(', ')}.`,
    `For instance: taskchart draw ${file} --export ${names[0]}`,
  );
}

/** A machine of this copy of XState or another. */
function isMachine(value: unknown): value is AnyStateMachine {
  if (typeof value !== 'object' || value === null) return false;
  const { root, config, getInitialSnapshot } = value as Partial<AnyStateMachine>;
  return typeof root === 'object' && typeof config === 'object' && typeof getInitialSnapshot === 'function';
}

async function drawn(machine: AnyStateMachine, format: Format): Promise<string> {
  // Loaded when something is drawn: no other command needs it.
  const charts = await import('../charts/index.ts');
  if (format === 'mermaid') return charts.toMermaid(machine);
  if (format === 'dot') return charts.toDot(machine);
  if (format === 'scxml') return charts.toScxml(machine);
  return charts.toSvg(machine);
}
