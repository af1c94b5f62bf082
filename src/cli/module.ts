import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyTaskDefinition, isDefinition } from '../index.ts';
import { oneOf } from './keys.ts';
import { UsageError } from './usage.ts';

/** What the module of this path exports. @throws UsageError when it is not there or cannot be loaded. */
export async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  const file = resolve(path);
  if (!existsSync(file))
    throw new UsageError(`Expected a module at ${path}, but there is none.`, 'Check the path.');
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `Expected a module that can be loaded at ${path}, got ${failure(error)}`,
      'Mend the module.',
    );
  }
}

/** What was thrown, and where in the module if it says so. */
function failure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const [place] = /file:\/\/\S+:\d+/.exec(thrown.stack ?? '') ?? [];
  return `${thrown.name}: ${thrown.message}${place === undefined ? '' : ` (${place})`}`;
}

/** The definitions among its exports; each once. */
export function definitionsOf(
  path: string,
  exports: Readonly<Record<string, unknown>>,
): readonly [AnyTaskDefinition, ...AnyTaskDefinition[]] {
  const members = Object.values(exports).flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]) : [value],
  );
  const [first, ...others] = new Set(members.filter(isDefinition));
  if (first) return [first, ...others];
  const names = Object.keys(exports).join(', ') || 'nothing';
  throw new UsageError(
    `Expected ${path} to export what defineTask returns, got ${names}.`,
    "Write: export const task = defineTask({ type: 'name', run() {} });",
  );
}

/** The one of this type; without a type the only one. */
export function definitionOf(
  path: string,
  definitions: readonly [AnyTaskDefinition, ...AnyTaskDefinition[]],
  type: string | undefined,
): AnyTaskDefinition {
  const types = definitions.map((definition) => definition.type);
  if (type !== undefined) {
    const wanted = oneOf(`a type of ${path}`, type, types);
    return definitions[types.indexOf(wanted)] ?? definitions[0];
  }
  if (definitions.length === 1) return definitions[0];
  throw new UsageError(
    `Expected a TYPE, as ${path} exports several: ${types.join(', ')}.`,
    `For instance: taskchart run ${path} ${types[0]}`,
  );
}
