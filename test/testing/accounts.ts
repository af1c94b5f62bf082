import fc from 'fast-check';
import { assign, setup } from 'xstate';
import type { ConcurrentSystem, Schedule } from '../../src/testing/index.ts';
import { SharedCell } from './shared-cell.ts';

type AccountEvent =
  | { readonly type: 'DEPOSIT'; readonly amount: number }
  | { readonly type: 'WITHDRAW'; readonly amount: number };

/** An account: what is put in can be taken out, once. */
export const accountChart = setup({
  types: {
    context: {} as { readonly balance: number },
    events: {} as AccountEvent,
    transitionMeta: {} as { readonly outcome: 'ok' | 'tooLittle' },
  },
  guards: {
    isThere: ({ context, event }) => event.type === 'WITHDRAW' && context.balance >= event.amount,
  },
}).createMachine({
  id: 'account',
  context: { balance: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        DEPOSIT: {
          actions: assign({ balance: ({ context, event }) => context.balance + event.amount }),
          meta: { outcome: 'ok' },
        },
        WITHDRAW: [
          {
            guard: 'isThere',
            actions: assign({ balance: ({ context, event }) => context.balance - event.amount }),
            meta: { outcome: 'ok' },
          },
          { meta: { outcome: 'tooLittle' } },
        ],
      },
    },
  },
});

/** An account as clients call it. */
export interface Account {
  deposit(amount: number): unknown;
  withdraw(amount: number): unknown;
  balance(): unknown;
}

const amounts = fc.record({ amount: fc.integer({ min: 1, max: 100 }) });

export function accounts(
  create: (schedule: Schedule) => Account,
): ConcurrentSystem<typeof accountChart, Account> {
  return {
    create: (_input, _real, schedule) => create(schedule),
    events: {
      DEPOSIT: { payload: amounts, send: (account, { amount }) => account.deposit(amount) },
      WITHDRAW: { payload: amounts, send: (account, { amount }) => account.withdraw(amount) },
    },
    state: (account) => account.balance(),
  };
}

export const balanceOf = { stateOf: ({ context }: { context: { balance: number } }) => context.balance };

/** What is taken out of a balance, and the answer. */
export function withdrawn(balance: number, amount: number): readonly [number, string] {
  return balance >= amount ? [balance - amount, 'ok'] : [balance, 'tooLittle'];
}

export function rightAccount(schedule: Schedule): Account {
  const cell = new SharedCell(schedule, 0);
  return {
    deposit: (amount) => cell.change((balance) => [balance + amount, 'ok']),
    withdraw: (amount) => cell.change((balance) => withdrawn(balance, amount)),
    balance: () => cell.read(),
  };
}

/** An account with one bug, and the fewest calls that show it, with the fewest switches between clients. */
export interface AccountBug {
  readonly name: string;
  readonly shortest: number;
  readonly switches: number;
  readonly create: (schedule: Schedule) => Account;
}

async function readThenWrite(
  cell: SharedCell<number>,
  by: (balance: number) => readonly [number, string],
): Promise<string> {
  const [next, answer] = by(await cell.read());
  await cell.write(next);
  return answer;
}

export const accountBugs: readonly AccountBug[] = [
  {
    name: 'a deposit is lost between a read and a write',
    shortest: 3,
    switches: 2,
    create(schedule) {
      const cell = new SharedCell(schedule, 0);
      return {
        deposit: (amount) => readThenWrite(cell, (balance) => [balance + amount, 'ok']),
        withdraw: (amount) => cell.change((balance) => withdrawn(balance, amount)),
        balance: () => cell.read(),
      };
    },
  },
  {
    name: 'a deposit is lost between two promises, in an object that knows no schedule',
    shortest: 3,
    switches: 1,
    create() {
      let balance = 0;
      return {
        async deposit(amount) {
          const before = balance;
          await Promise.resolve();
          balance = before + amount;
        },
        withdraw(amount) {
          const [next, answer] = withdrawn(balance, amount);
          balance = next;
          return answer;
        },
        balance: () => balance,
      };
    },
  },
  {
    name: 'the same money is taken out twice',
    shortest: 3,
    switches: 2,
    create(schedule) {
      const cell = new SharedCell(schedule, 0);
      return {
        deposit: (amount) => cell.change((balance) => [balance + amount, 'ok']),
        async withdraw(amount) {
          if ((await cell.read()) < amount) return 'tooLittle';
          return cell.change((balance) => [Math.max(0, balance - amount), 'ok']);
        },
        balance: () => cell.read(),
      };
    },
  },
  {
    name: 'a deposit is answered before it is committed',
    shortest: 2,
    switches: 0,
    create(schedule) {
      const cell = new SharedCell(schedule, 0);
      return {
        async deposit(amount) {
          void cell.change((balance) => [balance + amount, 'ok']);
        },
        withdraw: (amount) => cell.change((balance) => withdrawn(balance, amount)),
        balance: () => cell.read(),
      };
    },
  },
  {
    name: 'the balance is read from a copy that lags',
    shortest: 2,
    switches: 0,
    create(schedule) {
      const cell = new SharedCell(schedule, 0);
      let copy = 0;
      const copied = async (answer: Promise<string>) => {
        const given = await answer;
        void schedule.schedule(cell.read(), 'copies').then((balance) => (copy = balance));
        return given;
      };
      return {
        deposit: (amount) => copied(cell.change((balance) => [balance + amount, 'ok'])),
        withdraw: (amount) => copied(cell.change((balance) => withdrawn(balance, amount))),
        balance: () => copy,
      };
    },
  },
];
