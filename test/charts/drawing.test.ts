import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createMachine, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { drawingOf, toDot, toMermaid, toScxml, toSvg } from '../../src/charts/index.ts';
import { faultOf } from '../support/fault.ts';
import { corpus } from './corpus.ts';

const root = join(import.meta.dirname, '../..');
const { toggle, supervisor, text, parallel } = corpus;

/** What is written of the transitions of a machine, each by its id. */
function texts(machine: Parameters<typeof toDot>[0]): Record<string, string> {
  const rows = [...toDot(machine).matchAll(/ID="([^"]+)"[^>]*>(.*?)<\/TD>/g)];
  return Object.fromEntries(
    rows.map(([, id, words = '']) => [id, words.replaceAll('<BR ALIGN="LEFT"/>', ' ').trimEnd()]),
  );
}

describe('a transition is written', () => {
  test('with its guard, its actions and the answer that it declares', () => {
    const machine = setup({
      types: { transitionMeta: {} as { outcome: string } },
      guards: { isOpen: () => true, isOlder: (_args, _params: { than: number }) => true },
      actions: { ring: () => {}, say: (_args, _params: { text: string }) => {} },
    }).createMachine({
      id: 'm',
      on: {
        A: {
          guard: 'isOpen',
          actions: ['ring', { type: 'say', params: { text: 'hi' } }],
          meta: { outcome: 'done' },
        },
        B: [
          { guard: { type: 'isOlder', params: { than: 18 } }, meta: { outcome: 'ok' } },
          { meta: { outcome: 'nothing' } },
        ],
      },
    });
    expect(texts(machine)).toEqual({
      'm..on.A.0': 'A [isOpen] / ring, say(text: &quot;hi&quot;) ⇒ done',
      'm..on.B.0': 'B [isOlder(than: 18)]',
      'm..on.B.1': 'B ⇒ nothing',
    });
  });

  test('with what it waits for', () => {
    const { invoke, delays, always, nested, events } = corpus;
    const all = { ...texts(invoke), ...texts(delays), ...texts(always), ...texts(nested), ...texts(events) };
    expect(all).toMatchObject({
      'invoke.loading..done.xstate_2e_done_2e_actor_2e_0_2e_invoke_2e_loading.0': 'done: fetchUser',
      'invoke.loading..snapshot.xstate_2e_snapshot_2e_clock.0': 'snapshot: clock / inline',
      'delays.green..after.3000000.0': 'after 3000000 ms',
      'delays.yellow..after.TIMEOUT.0': 'after TIMEOUT (2000 ms) / inline',
      'always.asking..always.0': 'always [in never]',
      'nested.outer..done.xstate_2e_done_2e_state_2e_nested_2e_outer.0': 'done',
      'events.open.one..on.PING.0': 'PING (forbidden)',
      'events.open..on.AGAIN.0': 'AGAIN (reenter)',
      'events.open..on.SELF.0': 'SELF',
    });
  });

  test('in the words of XState where it is of its own', () => {
    const { actions, guards } = corpus;
    const all = { ...texts(actions), ...texts(guards) };
    expect(all).toMatchObject({
      'actions.idle..on.ADD.0': 'ADD / assign(count)',
      'actions.idle..on.SET.0': 'SET / assign(…)',
      'actions.idle..on.RAISE.0': 'RAISE / raise(INNER), raise(LATER) after 1000 ms',
      'actions.idle..on.SEND.0': 'SEND / send(PING to helper), send(PONG to #_parent), send(… to …)',
      'actions.idle..on.EMIT.0': 'EMIT / emit(rang), emit(…)',
      'actions.idle..on.SPAWN.0': 'SPAWN / spawnChild(helper), stopChild(one), enqueueActions(…)',
      'guards.outside..on.ASK.2': 'ASK [isKnown and not isOld]',
      'guards.outside..on.ASK.3': 'ASK [isOld or (isKnown and isOlder(than: 60))]',
      'guards.outside..on.ASK.4': 'ASK [isOlder(…)]',
      'guards.outside..on.ASK.5': 'ASK [inline]',
      'guards.inside..on.CHECK.1': 'CHECK [not in inside]',
      'guards.garden..on.TELL.0': 'TELL [isLate] / tell',
    });
  });
});

test('an id stays when something else is added to the machine', () => {
  const grown = createMachine({
    id: 'toggle',
    initial: 'off',
    states: {
      before: { on: { GO: 'off' } },
      off: { on: { OTHER: 'before', SWITCH: 'on' } },
      on: { on: { SWITCH: 'off', BREAK: 'broken' } },
      broken: { type: 'final' },
    },
  });
  const idsOf = (machine: Parameters<typeof drawingOf>[0]) => {
    const { states, transitions } = drawingOf(machine);
    return [...states, ...transitions].map(({ id }) => id);
  };
  expect(idsOf(grown)).toEqual(expect.arrayContaining(idsOf(toggle)));
});

test('names that differ only in signs get ids that differ', () => {
  const keys = ['a-b', 'a_b', 'a b', 'a__b', 'a_2d_b', 'a', '', 'A', 'é', 'e\u0301', '🚀'];
  const machine = createMachine({
    id: '1-m',
    states: Object.fromEntries(keys.map((key) => [key, {}])),
    type: 'parallel',
  });
  const ids = drawingOf(machine).states.map(({ id }) => id);
  expect(new Set(ids).size).toBe(keys.length + 1);
  expect(ids.filter((id) => !/^[A-Za-z_][\w.]*$/.test(id))).toEqual([]);
});

describe('options', () => {
  test('leave out what nobody asked for', () => {
    const drawn = toMermaid(supervisor, { leaveOut: ['guards', 'internal', 'descriptions', 'answers'] });
    expect(drawn).not.toMatch(/\[child\]|⇒|OPERATE|Reads what/);
    expect(drawn).toContain('|"STARTED"|');
  });

  test('draw what leaves a box from the box', () => {
    const whole = toMermaid(supervisor);
    const drawn = toMermaid(supervisor, { overview: true });
    expect(whole).toContain('at_supervisor.draining.closing -->|"FAIL"| at_supervisor.stopped');
    expect(drawn).toContain('at_supervisor.draining -->|"EMPTY<br/>FAIL<br/>OVERDUE"| at_supervisor.stopped');
  });

  test('turn the chart', () => {
    expect(toMermaid(toggle, { direction: 'right' })).toMatch(/^flowchart LR/);
    expect(toDot(toggle, { direction: 'right' })).toContain('rankdir=LR');
  });

  test('choose a theme', () => {
    expect(toMermaid(toggle, { theme: 'dark' })).toContain('"theme": "dark"');
    expect(toDot(toggle, { theme: 'dark' })).not.toContain('#ffffff');
    expect(toDot(toggle)).toContain('bgcolor="#ffffff"');
  });

  test('mark states and transitions', () => {
    const mark = ['toggle.on', 'toggle.off..on.SWITCH.0', 'no.such'];
    expect(toMermaid(toggle, { mark })).toMatch(/class at_toggle.on marked\n {2}linkStyle 1 stroke/);
    expect(toDot(toggle, { mark }).match(/#bc4c00/g)).toHaveLength(3);
  });

  test('draw the steps that were made', () => {
    const path = [
      { from: 'toggle.off', to: 'toggle.on', label: '1. SWITCH' },
      { from: 'toggle.on', to: 'toggle.broken', label: '2. SWITCH', hasFailed: true },
    ];
    const drawn = toMermaid(toggle, { path });
    expect(drawn).toContain('at_toggle.off ==>|"1#46; SWITCH"| at_toggle.on');
    expect(drawn).toContain('at_toggle.on -.->|"2#46; SWITCH"| at_toggle.broken');
    expect(drawn).toMatch(/class at_toggle\.off,at_toggle\.on marked\n {2}class at_toggle\.broken failed/);
    expect(drawn).toMatch(/linkStyle 4 stroke:#bc4c00.*\n {2}linkStyle 5 stroke:#cf222e/);
  });

  test.each([
    [{ theme: 'pink' }, 'theme'],
    [{ direction: 'up' }, 'direction'],
    [{ leaveOut: ['states'] }, 'leaveOut'],
    [{ mark: 'toggle.on' }, 'mark'],
    [{ overview: 'yes' }, 'overview'],
  ])('that do not exist are refused: %j', async (options, invalidProperty) => {
    for (const draw of [toMermaid, toDot, toScxml, toSvg])
      expect(await faultOf(async () => draw(toggle, options as never), 'InvalidArgument')).toMatchObject({
        invalidProperty,
      });
  });
});

test.each([undefined, null, {}, { root: {} }, 'machine'])('%s is no machine, and refused', async (value) => {
  for (const draw of [drawingOf, toMermaid, toDot, toScxml, toSvg])
    expect(await faultOf(async () => void (await draw(value as never)), 'InvalidArgument')).toMatchObject({
      invalidProperty: 'machine',
    });
});

test('no format lets a name become markup', async () => {
  for (const drawn of [await toSvg(text), toScxml(text)])
    expect(drawn).not.toMatch(/<script|<img|<b>|<\?php/);
  expect(toDot(text)).not.toMatch(/<script|<img|<b>|(?<!\\)\\N/);
  expect(toMermaid(text)).not.toMatch(/<script|<img|^ *click|%%\{|\$\$/m);
});

test('a transition to several states goes through a bar', async () => {
  const bar = 'parallel.off..on.BOTH.0..fork';
  expect(toMermaid(parallel)).toContain(`at_${bar} --> at_parallel.machine.spin.fast`);
  expect(toDot(parallel)).toContain(`"${bar}" -> "parallel.machine.spin.fast"`);
  expect(await toSvg(parallel)).toContain(`id="${bar}"`);
});

test('without elkjs a picture is refused, and told what to install', () => {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (!name.startsWith('elkjs')) return next(name, context);
        throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
      },
    });
    const { createMachine } = await import('xstate');
    const { toSvg } = await import('./src/charts/index.ts');
    await toSvg(createMachine({})).catch(({ name, message }) => console.log(name, message));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^NotSupported Expected elkjs to be installed.* npm install elkjs/);
});
