import { createMachine, stateIn } from 'xstate';

export const toggle = createMachine({
  id: 'toggle',
  initial: 'off',
  states: {
    off: { on: { SWITCH: 'on' } },
    on: { on: { SWITCH: 'off', BREAK: 'broken' } },
    broken: { type: 'final' },
  },
});

export const nested = createMachine({
  id: 'nested',
  initial: 'outer',
  on: { RESET: '.outer', LOG: { actions: 'write' } },
  states: {
    outer: {
      initial: 'middle',
      entry: 'unpack',
      on: { NEXT: '.second', INNERMOST: '.middle.inner.two' },
      onDone: 'end',
      states: {
        middle: {
          initial: 'inner',
          exit: ['tidy', 'count'],
          on: { UP: '#nested.outer' },
          states: {
            inner: {
              initial: 'one',
              states: { one: { on: { STEP: 'two' } }, two: { on: { STEP: 'one', LEAVE: '#nested.end' } } },
            },
          },
        },
        second: { on: { BACK: 'middle', FINISH: 'done' } },
        done: { type: 'final' },
      },
    },
    end: { type: 'final' },
  },
});

export const parallel = createMachine({
  id: 'parallel',
  initial: 'off',
  states: {
    off: { on: { START: 'machine', BOTH: { target: ['#wash.rinse', '#spin.fast'] } } },
    machine: {
      type: 'parallel',
      onDone: 'done',
      on: { ABORT: 'off', RESTART: { target: ['#wash.soak', '#spin.slow'], reenter: true } },
      states: {
        wash: {
          id: 'wash',
          initial: 'soak',
          states: { soak: { on: { GO: 'rinse' } }, rinse: { on: { GO: 'clean' } }, clean: { type: 'final' } },
        },
        spin: {
          id: 'spin',
          initial: 'slow',
          states: {
            slow: { on: { FASTER: { target: 'fast', guard: stateIn('#wash.rinse') } } },
            fast: { on: { SLOWER: 'slow', GO: 'still' } },
            still: { type: 'final' },
          },
        },
      },
    },
    done: { type: 'final' },
  },
});

export const keyboard = createMachine({
  id: 'keyboard',
  type: 'parallel',
  on: { RESET: { target: ['.caps.off', '.num.off'] }, BEEP: { actions: 'beep' } },
  states: {
    caps: { initial: 'off', states: { off: { on: { CAPS: 'on' } }, on: { on: { CAPS: 'off' } } } },
    num: { initial: 'on', states: { off: { on: { NUM: 'on' } }, on: { on: { NUM: 'off' } } } },
    plain: {},
  },
});

export const history = createMachine({
  id: 'history',
  initial: 'player',
  states: {
    player: {
      initial: 'stopped',
      on: { POWER: 'standby' },
      states: {
        stopped: { on: { PLAY: 'playing' } },
        playing: {
          initial: 'normal',
          on: { STOP: 'stopped' },
          states: { normal: { on: { FAST: 'fast' } }, fast: { on: { NORMAL: 'normal' } } },
        },
        last: { type: 'history' },
        exactly: { type: 'history', history: 'deep', target: 'playing.fast' },
        other: { type: 'history', history: 'shallow', target: 'playing' },
      },
    },
    standby: {
      on: {
        POWER: 'player',
        RESUME: 'player.last',
        EXACTLY: '#history.player.exactly',
        OTHER: 'player.other',
      },
    },
  },
});

/** A parallel state that remembers where all of its parts were. */
export const memory = createMachine({
  id: 'memory',
  initial: 'desk',
  states: {
    desk: {
      type: 'parallel',
      on: { SLEEP: 'asleep' },
      states: {
        lamp: { initial: 'off', states: { off: { on: { LAMP: 'on' } }, on: { on: { LAMP: 'off' } } } },
        radio: {
          initial: 'off',
          states: {
            off: { on: { RADIO: 'on' } },
            on: { initial: 'low', on: { RADIO: 'off' }, states: { low: { on: { UP: 'high' } }, high: {} } },
          },
        },
        before: { type: 'history', history: 'deep' },
        roughly: { type: 'history' },
      },
    },
    asleep: { on: { WAKE: 'desk.before', STIR: 'desk.roughly', RISE: 'desk' } },
  },
});
