import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  not,
  or,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
} from 'xstate';

export const guards = setup({
  types: { context: {} as { age: number }, events: {} as { type: 'ASK' | 'TELL' | 'CHECK' } },
  guards: {
    isOld: () => true,
    isOlder: (_args, { than }: { than: number }) => than < 50,
    isKnown: () => false,
  },
}).createMachine({
  id: 'guards',
  context: { age: 0 },
  initial: 'outside',
  states: {
    outside: {
      on: {
        ASK: [
          { guard: 'isOld', target: 'inside' },
          { guard: { type: 'isOlder', params: { than: 18 } }, target: 'inside' },
          { guard: and(['isKnown', not('isOld')]), target: 'inside' },
          {
            guard: or(['isOld', and(['isKnown', { type: 'isOlder', params: { than: 60 } }])]),
            target: 'garden',
          },
          { guard: { type: 'isOlder', params: ({ context }) => ({ than: context.age }) }, target: 'garden' },
          { guard: ({ context }) => context.age > 3, target: 'garden' },
          { target: 'refused' },
        ],
      },
    },
    inside: {
      on: {
        CHECK: [
          { guard: stateIn('inside'), target: 'garden' },
          { guard: not(stateIn({ inside: {} })), target: 'refused' },
        ],
      },
    },
    garden: {
      on: {
        TELL: {
          guard: function isLate() {
            return true;
          },
          actions: 'tell' as never,
        },
      },
    },
    refused: {},
  },
});

export const actions = setup({
  types: {} as { context: { count: number }; emitted: { type: 'rang' } },
  actions: { ring: () => {}, say: (_args, _params: { text: string; times: number }) => {} },
  actors: { helper: fromPromise(async () => 1) },
  delays: { SOON: 500 },
}).createMachine({
  id: 'actions',
  context: { count: 0 },
  initial: { target: 'idle' },
  entry: assign({ count: 0 }),
  states: {
    idle: {
      entry: ['ring', { type: 'say', params: { text: 'hello', times: 2 } }, ({ context }) => void context],
      exit: [log('leaving'), log(({ context }) => context.count), cancel('later')],
      on: {
        ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) },
        SET: { actions: assign(() => ({ count: 3 })) },
        RAISE: {
          target: 'busy',
          actions: [raise({ type: 'INNER' }), raise({ type: 'LATER' }, { delay: 1_000, id: 'later' })],
        },
        SEND: {
          actions: [
            sendTo('helper', { type: 'PING' }),
            sendParent({ type: 'PONG' }),
            sendTo(
              ({ self }) => self,
              () => ({ type: 'ME' }),
            ),
          ],
        },
        EMIT: { actions: [emit({ type: 'rang' }), emit(() => ({ type: 'rang' }))] },
        SPAWN: {
          actions: [
            spawnChild('helper', { id: 'one' }),
            stopChild('one'),
            enqueueActions(({ enqueue }) => enqueue('ring')),
          ],
        },
      },
    },
    busy: {
      on: { INNER: 'idle', DELAYED: { target: 'idle', actions: raise({ type: 'ADD' }, { delay: 'SOON' }) } },
    },
  },
});

export const invoke = setup({
  actors: { fetchUser: fromPromise(async () => 1), ticker: fromPromise(async () => 1) },
}).createMachine({
  id: 'invoke',
  initial: 'loading',
  states: {
    loading: {
      invoke: [
        {
          src: 'fetchUser',
          onDone: 'loaded',
          onError: [{ guard: () => true, target: 'loading', reenter: true }, { target: 'failed' }],
        },
        { id: 'clock', src: 'ticker', onSnapshot: { actions: () => {} } },
        { src: fromPromise(async () => 2), onDone: { actions: () => {} } },
      ],
    },
    loaded: { type: 'final' },
    failed: { on: { RETRY: 'loading' } },
  },
});

export const delays = setup({ delays: { TIMEOUT: 2_000, PATIENCE: () => 3 } }).createMachine({
  id: 'delays',
  initial: 'green',
  states: {
    green: { after: { 3_000_000: 'yellow' }, on: { HURRY: 'yellow' } },
    yellow: {
      after: {
        1_000_000: [{ guard: () => false, target: 'green' }, { target: 'red' }],
        TIMEOUT: { actions: () => {} },
      },
    },
    red: { after: { PATIENCE: 'green', 2_000_000: { target: 'red', reenter: true } } },
  },
});

export const always = createMachine({
  id: 'always',
  initial: 'start',
  states: {
    start: { on: { GO: 'asking' } },
    asking: {
      always: [
        { guard: stateIn('never'), target: 'never' },
        { target: 'answered', actions: 'note' },
      ],
    },
    answered: { on: { AGAIN: 'asking', END: 'ended' } },
    never: {},
    ended: { type: 'final' },
  },
});

export const events = createMachine({
  id: 'events',
  initial: 'open',
  on: { PING: '.open', '*': { actions: 'forget' } },
  states: {
    open: {
      initial: 'one',
      on: {
        SELF: { target: 'open' },
        AGAIN: { target: 'open', reenter: true },
        INSIDE: '.two',
        AFRESH: { target: '.two', reenter: true },
        'mouse.*': 'closed',
        'mouse.down': '.one',
      },
      states: {
        one: { on: { PING: {}, 'mouse.up': { target: 'two' }, NEXT: 'two' } },
        two: { on: { '*': 'one', SELF: 'two', KEEP: { target: 'two', reenter: true } } },
      },
    },
    closed: { on: { OPEN: 'open', PING: undefined } },
  },
});

export const described = createMachine({
  id: 'described',
  description:
    'A machine that says what it is, at some length, so that its words have to be set in more than one line.',
  initial: 'draft',
  tags: 'root',
  states: {
    draft: {
      description: 'Nobody has seen it.\n\nNot yet.',
      tags: ['editable', 'private'],
      meta: { view: 'editor', level: 1 },
      on: {
        PUBLISH: {
          target: 'public',
          description: 'Shows it to everybody.',
          meta: { outcome: 'ok', cost: 3 },
        },
        DELETE: { target: 'gone', meta: { outcome: 'removed' } },
        TOUCH: { meta: { outcome: 'nothing' } },
      },
    },
    public: { tags: ['visible'], on: { DELETE: { meta: { outcome: 'NotSupported' } } } },
    gone: { type: 'final', description: 'No longer there.', output: () => 1 },
  },
});
