import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawingOf, toDot, toMermaid, toScxml, toSvg } from '../../src/charts/index.ts';
import { randomMachine } from './random-machine.ts';

const count = (text: string, part: string) => text.split(part).length - 1;

describe('whatever the machine', () => {
  test('every state and every transition has an id of its own, and always the same', () => {
    fc.assert(
      fc.property(randomMachine, (machine) => {
        const { states, transitions, defaults } = drawingOf(machine);
        const ids = [...states, ...transitions, ...defaults].map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => !/^[A-Za-z_][\w.]*$/.test(id))).toEqual([]);
        const again = drawingOf(machine.provide({}));
        expect([...again.states, ...again.transitions, ...again.defaults].map(({ id }) => id)).toEqual(ids);
      }),
    );
  });

  test('every state and every transition is drawn once', () => {
    fc.assert(
      fc.property(randomMachine, (machine) => {
        const { states, transitions } = drawingOf(machine);
        const dot = toDot(machine);
        const scxml = toScxml(machine);
        const mermaid = toMermaid(machine);
        for (const { id } of states) {
          expect(count(dot, `id="${id}"`)).toBe(1);
          expect(count(scxml, ` id="${id.replaceAll('.', '-')}"`)).toBe(1);
          expect(mermaid.match(new RegExp(` at_${id.replaceAll('.', '\\.')}(\\[|\\()`, 'g'))).toHaveLength(1);
        }
        for (const { id } of transitions) expect(count(dot, ` ID="${id}"`)).toBe(1);
        // Those that the document needs besides have no answer to an event of a user.
        expect(scxml.match(/<transition event="[ABC]/g) ?? []).toHaveLength(transitions.length);
        expect(
          mermaid.match(
            /[ABC](\.d)?( \[g\d])?( \(reenter\)| \(forbidden\))?( \/ raise\([ABC.d]+\))?(?=<br|")/g,
          ) ?? [],
        ).toHaveLength(transitions.length);
      }),
    );
  });

  test('an SVG has every state and every transition once', async () => {
    await fc.assert(
      fc.asyncProperty(randomMachine, async (machine) => {
        const { states, transitions } = drawingOf(machine);
        const svg = await toSvg(machine);
        for (const { id } of [...states, ...transitions]) expect(count(svg, ` id="${id}"`)).toBe(1);
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
