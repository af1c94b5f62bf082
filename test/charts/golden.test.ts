import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { toDot, toMermaid, toScxml, toSvg } from '../../src/charts/index.ts';
import { corpus } from './corpus.ts';

const folder = join(import.meta.dirname, 'golden');
const command = 'UPDATE_GOLDEN=1 npx vitest run test/charts/golden.test.ts';

const formats = [
  { format: 'Mermaid', extension: 'mmd', draw: toMermaid },
  { format: 'DOT', extension: 'dot', draw: toDot },
  { format: 'SCXML', extension: 'scxml', draw: toScxml },
  { format: 'SVG', extension: 'svg', draw: toSvg },
];

describe.each(formats)('$format', ({ extension, draw }) => {
  test.each(Object.entries<AnyStateMachine>(corpus))('of %s is as it was', async (name, machine) => {
    const file = join(folder, `${name}.${extension}`);
    const drawn = `${(await draw(machine)).trimEnd()}\n`;
    if (process.env['UPDATE_GOLDEN'] !== undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, drawn);
    }
    expect(drawn, `another drawing than in ${file}; if it is meant: ${command}`).toBe(
      readFileSync(file, 'utf8'),
    );
  });
});
