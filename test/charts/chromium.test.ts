import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import type { AnyStateMachine } from 'xstate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawingOf, toMermaid, toSvg } from '../../src/charts/index.ts';
import { clean } from '../../src/charts/text.ts';
import { hasChromium } from '../support/chromium.ts';
import { type ChromiumPage, openPage } from './chromium-page.ts';
import { corpus } from './corpus.ts';
import { misplaced } from './geometry.ts';
import { names } from './names.ts';

const machines = Object.entries<AnyStateMachine>(corpus);
const { toggle, parallel } = corpus;

/** What is drawn of it: that the files are fresh is another test. */
const golden = (name: string, extension: string) =>
  readFileSync(join(import.meta.dirname, 'golden', `${name}.${extension}`), 'utf8');

/** Without spaces, and the sign that holds the signs of a formula apart: a line may be broken, also within a long word. */
const squeezed = (shown: string) => shown.replaceAll(/[\s\u2060]+/gu, '');

describe.skipIf(!hasChromium)('in Chromium', () => {
  let page: ChromiumPage;
  beforeAll(async () => {
    page = await openPage();
  }, 60_000);
  afterAll(() => page.close());

  test.each(machines)('in the SVG of %s nothing lies on anything else', async (name, machine) => {
    const drawing = drawingOf(machine);
    await page.ask('show', golden(name, 'svg'));
    const found = await page.ask('measure');
    expect(found.boxes.length).toBe(drawing.states.length);
    expect(found.smallest).toBeGreaterThanOrEqual(12);
    expect(misplaced(drawing, found)).toEqual([]);

    const ids = await page.ask('ids');
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id } of [...drawing.states, ...drawing.transitions]) expect(ids).toContain(id);
    expect(await page.ask('active')).toEqual([]);
  });

  test.each(['nested', 'parallel', 'history', 'supervisor'] as const)(
    'in the SVG of %s that reads to the right nothing lies on anything else',
    async (name) => {
      const machine: AnyStateMachine = corpus[name];
      await page.ask('show', await toSvg(machine, { direction: 'right' }));
      expect(misplaced(drawingOf(machine), await page.ask('measure'))).toEqual([]);
    },
  );

  test('a picture in which something lies on something else is found out', async () => {
    const drawing = drawingOf(toggle);
    await page.ask('show', await toSvg(toggle));
    const found = await page.ask('measure');
    const [root, off] = found.boxes as [never, (typeof found.boxes)[number]];
    const [label] = found.labels as [(typeof found.labels)[number]];
    const moved = (name: string) => ({ ...off, name });
    expect(
      misplaced(drawing, { ...found, boxes: [root, off, moved('toggle.on'), moved('toggle.broken')] }),
    ).toContain('two boxes overlap: toggle.off and toggle.on');
    expect(misplaced(drawing, { ...found, labels: [label, label] })).toContain(
      `labels overlap: ${label.name} and ${label.name}`,
    );
    expect(misplaced(drawing, { ...found, lines: [moved('a line')] })).toContain(
      'a line passes through toggle.off',
    );
    expect(misplaced(drawing, { ...found, words: [{ ...off, right: off.right + 9 }] })).toContain(
      'toggle.off has words that leave it',
    );
  });

  test('an SVG shows every name as text', async () => {
    await page.ask('show', golden('text', 'svg'));
    const shown = squeezed(await page.ask('text'));
    for (const name of names) expect(shown).toContain(squeezed(clean(name)));
  });

  test('an SVG is dark for whoever looks at it in the dark, or is told to be', async () => {
    const paper = async (theme: 'auto' | 'light' | 'dark', scheme: 'light' | 'dark') => {
      await page.colorScheme(scheme);
      await page.ask('show', await toSvg(toggle, { theme }));
      return page.ask('paper');
    };
    const white = 'rgb(255, 255, 255)';
    expect(await paper('auto', 'light')).toBe(white);
    expect(await paper('auto', 'dark')).not.toBe(white);
    expect(await paper('light', 'dark')).toBe(white);
    expect(await paper('dark', 'light')).toBe(await paper('auto', 'dark'));
  });

  test('an SVG shows in another colour what is marked', async () => {
    const mark = ['toggle.on', 'toggle.off..on.SWITCH.0'];
    await page.ask('show', await toSvg(toggle, { mark }));
    const marked = [...(await page.ask('markedIds'))];
    expect(marked.toSorted()).toEqual([...mark, 'toggle.off..on.SWITCH.0..edge'].toSorted());
  });

  test.each(machines)(
    'Mermaid understands the chart of %s, and shows every name as text',
    async (file, machine) => {
      const { states, transitions } = drawingOf(machine);
      const shown = squeezed(await page.ask('mermaid', golden(file, 'mmd')));
      for (const { name } of states) expect(shown).toContain(squeezed(name));
      for (const { trigger } of transitions) expect(shown).toContain(squeezed(trigger.text));
    },
  );

  test('Mermaid understands options', async () => {
    const mark = ['parallel.off', 'parallel.off..on.BOTH.0'];
    const path = [
      { from: 'parallel.off', to: 'parallel.machine.spin.fast', label: '1. BOTH', hasFailed: true },
    ];
    const drawn = toMermaid(parallel, { direction: 'right', theme: 'dark', mark, path });
    expect(squeezed(await page.ask('mermaid', drawn))).toContain('1.BOTH');
  });

  test.each(machines)(
    'Graphviz understands the chart of %s, and shows every name as text',
    async (file, machine) => {
      const { states, transitions } = drawingOf(machine);
      await page.ask('show', (await Graphviz.load()).dot(golden(file, 'dot')));
      const shown = squeezed(await page.ask('text'));
      const ids = new Set(await page.ask('ids'));
      for (const { id, name } of states) {
        expect(ids).toContain(id);
        expect(shown).toContain(squeezed(name));
      }
      for (const { id, trigger } of transitions) {
        expect(ids).toContain(`a_${id}`);
        expect(shown).toContain(squeezed(trigger.text));
      }
    },
  );

  test.each(machines)(
    'the SCXML of %s is well-formed, and holds every name as text',
    async (file, machine) => {
      const found = await page.ask('xml', golden(file, 'scxml'));
      expect(found.error).toBeUndefined();
      expect(found.names).toEqual(drawingOf(machine).states.map(({ name }) => name));
    },
  );

  test('the door draws in a browser what it draws in Node', async () => {
    const drawn = await page.run<string[]>(`
      const { toMermaid, toDot, toScxml, toSvg } = await import('/src/charts/index.ts');
      const { createMachine } = await import('/node_modules/xstate/dist/xstate.esm.js');
      const machine = createMachine({
        id: 'toggle',
        initial: 'off',
        states: {
          off: { on: { SWITCH: 'on' } },
          on: { on: { SWITCH: 'off', BREAK: 'broken' } },
          broken: { type: 'final' },
        },
      });
      const svg = await toSvg(machine, { elk: new ELK() });
      return [toMermaid(machine), toDot(machine), toScxml(machine), svg];`);
    const inNode = ['mmd', 'dot', 'scxml', 'svg'].map((extension) => golden('toggle', extension).trimEnd());
    expect(drawn.map((text) => text.trimEnd())).toEqual(inNode);
  });
});
