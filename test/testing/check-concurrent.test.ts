import { setTimeout as realSleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { isFault } from '../../src/index.ts';
import {
  ConcurrentDifference,
  type ConcurrentOptions,
  type ConcurrentSystem,
  type Schedule,
  checkConcurrent,
} from '../../src/testing/index.ts';
import {
  type Account,
  accountBugs,
  accountChart,
  accounts,
  balanceOf,
  rightAccount,
  withdrawn,
} from './accounts.ts';
import { type Job, deadlock, jobBugs, jobChart, jobs, lookOf, rightJob } from './jobs.ts';

type JobSystem = ConcurrentSystem<typeof jobChart, Job>;
type JobOptions = ConcurrentOptions<typeof jobChart>;

async function differenceIn(checking: Promise<unknown>): Promise<ConcurrentDifference> {
  const found = await checking.catch((error: unknown) => error);
  if (found instanceof ConcurrentDifference) return found;
  throw new Error(`Expected a difference, got ${JSON.stringify(found)}`, { cause: found });
}

const ofJob = (system: JobSystem, options: JobOptions = {}) =>
  differenceIn(checkConcurrent(jobChart, system, { ...lookOf, ...options }));

const ofAccount = (create: (schedule: Schedule) => Account, seed: number) =>
  differenceIn(checkConcurrent(accountChart, accounts(create), { ...balanceOf, seed, numRuns: 1_000 }));

const shown = ({ calls }: ConcurrentDifference) => calls.map(({ client, type }) => `${client} ${type}`);

/** The turns alone, without what was answered after them. */
const turnsOf = ({ turns }: ConcurrentDifference) =>
  turns.filter((turn) => !/^client \d (is answered|gets) |^in the end /.test(turn));

/** How often something of another client happens than before. */
function switchesIn(found: ConcurrentDifference): number {
  const clients = turnsOf(found).map((turn) => turn.split(' ').slice(0, 2).join(' '));
  return clients.slice(1).filter((client, index) => client !== clients[index]).length;
}

const doubleStart = jobBugs[0]?.create as (schedule: Schedule) => Job;

describe('an object that changes in one go', () => {
  test.for([1, 2])('is as its chart for clients that call at once (seed %i)', async (seed) => {
    const job = await checkConcurrent(jobChart, jobs(rightJob), { ...lookOf, seed });
    expect(job).toMatchObject({ runs: 200, undecided: 0, missed: [] });
    const account = await checkConcurrent(accountChart, accounts(rightAccount), { ...balanceOf, seed });
    for (const { calls, overlapping } of [job, account]) expect(overlapping).toBeGreaterThan(calls / 4);
  });
});

describe.for([...accountBugs, ...jobBugs])('$name', { timeout: 120_000 }, (bug) => {
  test.for([1, 2])('is found by seed %i, in few calls and few switches', async (seed) => {
    const isAccount = accountBugs.some(({ name }) => name === bug.name);
    const found = isAccount
      ? await ofAccount(bug.create as (schedule: Schedule) => Account, seed)
      : await ofJob(jobs(bug.create as (schedule: Schedule) => Job), { seed, numRuns: 1_000 });
    expect(found.calls.length).toBeLessThanOrEqual(bug.shortest + 2);
    expect(found.calls.length).toBeGreaterThanOrEqual(bug.shortest);
    expect(switchesIn(found)).toBeLessThanOrEqual(bug.switches + 2);
  });
});

describe('the message', () => {
  test('draws who called when, in which order things happened, and the chart', async () => {
    const found = await ofJob(jobs(doubleStart), { seed: 3 });
    const { message, turns, chart, code } = found;
    expect(message).toMatch(
      /^The system is not as the chart "job": no order of 2 calls has their answers\.\n/,
    );
    expect(message).toMatch(/^client 1 +\|--START → ok-+[|…]$/m);
    expect(message).toMatch(/^client 2 +\|--START → ok-+[|…]$/m);
    expect(turnsOf(found).toSorted()).toEqual(
      ['client 1', 'client 2'].flatMap((who) => [`${who} calls START`, `${who} reads`, `${who} writes`]),
    );
    for (const who of ['client 1', 'client 2'])
      expect(turns.indexOf(`${who} is answered ok`)).toBe(turns.indexOf(`${who} writes`) + 1);
    for (const turn of turns) expect(message).toMatch(new RegExp(`^ +\\d+\\. ${turn}$`, 'm'));
    expect(message).toContain(chart);
    expect(chart).toMatch(
      /at_job\.running -\.->\|"client \d START \/ ok, not InvalidState"\| at_job\.running/,
    );
    expect(code).toBe('ERR_ASSERTION');
  });

  test('is the same for the same seed', async () => {
    const [one, other] = [
      await ofJob(jobs(doubleStart), { seed: 9 }),
      await ofJob(jobs(doubleStart), { seed: 9 }),
    ];
    expect(one.message).toBe(other.message);
  });

  test('names seed and path, which lead to it again at once', async () => {
    const { seed, path = '', message } = await ofJob(jobs(doubleStart));
    expect(message).toContain(`To repeat it, add to the options: seed: ${seed}, path: '${path}'`);
    const again = await ofJob(jobs(doubleStart), { seed, path, numRuns: 1 });
    expect(again.message).toBe(message);
  });

  test('says when it did not come about again', async () => {
    let hasFailed = false;
    const once = (schedule: Schedule): Job => {
      const right = rightJob(schedule);
      const finish = () => {
        if (hasFailed) return right.finish();
        hasFailed = true;
        throw new TypeError('Once');
      };
      return { ...right, finish };
    };
    const { message } = await ofJob(jobs(once), { seed: 1, numRuns: 1_000 });
    expect(message).toContain('TypeError: Once');
    expect(message).toContain('It did not differ again when these calls were repeated.');
  });
});

describe('what a system does instead of answering', () => {
  test('a call that is never answered is a difference, after its time', async () => {
    const found = await ofJob(jobs(deadlock.create), { seed: 1, timeoutMs: 20 });
    expect(found.message).toContain('→ no answer within 20 ms: expected');
    expect(found.calls.length).toBeLessThanOrEqual(deadlock.shortest + 2);
  });

  test('an error that is no fault is a difference', async () => {
    const broken = (schedule: Schedule): Job => ({
      ...rightJob(schedule),
      start: () => Promise.reject(new RangeError('It is broken')),
    });
    const found = await ofJob(jobs(broken), { seed: 1 });
    expect(found.message).toContain('an error: RangeError: It is broken: expected ok');
    expect(found.calls.map(({ actual }) => actual)).toEqual([new RangeError('It is broken')]);
  });

  test('an error that leaves open whether the call took effect may be told, and is none', async () => {
    const isLost = (error: unknown) => error instanceof Error && error.message === 'The line broke';
    const lossy = (schedule: Schedule): Account => {
      const right = rightAccount(schedule);
      let calls = 0;
      const lost = async (call: unknown) => {
        calls += 1;
        if (calls % 3 === 1) throw new Error('The line broke');
        const answer = await call;
        if (calls % 3 === 2) throw new Error('The line broke');
        return answer;
      };
      return {
        deposit: (amount) => lost(right.deposit(amount)),
        withdraw: (amount) => lost(right.withdraw(amount)),
        balance: () => right.balance(),
      };
    };
    const options = { ...balanceOf, seed: 1 };
    await checkConcurrent(accountChart, accounts(lossy), { ...options, isUncertain: isLost });
    const found = await differenceIn(checkConcurrent(accountChart, accounts(lossy), options));
    expect(found.message).toContain('an error: Error: The line broke');
  });

  test.for(['open', 'create', 'close'] as const)('an error in %s is a difference', async (member) => {
    const broken = {
      ...jobs(rightJob),
      [member]: () => {
        throw new RangeError('It is broken');
      },
    };
    const { message } = await ofJob(broken, { seed: 1 });
    expect(message).toContain(`${member} is an error: RangeError: It is broken, expected`);
  });

  test('what takes real time is waited for', async () => {
    const slow = (): Account => {
      let balance = 0;
      return {
        async deposit(amount) {
          await realSleep(1);
          balance += amount;
        },
        async withdraw(amount) {
          await realSleep(1);
          const [next, answer] = withdrawn(balance, amount);
          balance = next;
          return answer;
        },
        balance: () => balance,
      };
    };
    const report = await checkConcurrent(accountChart, accounts(slow), {
      ...balanceOf,
      numRuns: 20,
      timeoutMs: 10_000,
    });
    expect(report.overlapping).toBeGreaterThan(0);
  });
});

describe('the schedule', () => {
  test('settles a promise in a turn of its own, and calls a function in one', async () => {
    const log: string[] = [];
    const system = {
      ...jobs(rightJob),
      async open(schedule: Schedule) {
        const failing = schedule
          .schedule(Promise.reject(new TypeError('No')), 'fails')
          .catch((error: Error) => error.message);
        const add = schedule.scheduleFunction((a: number, b: number) => a + b);
        log.push(`sum ${await add(1, 2)}`, await failing);
        const before = schedule.clock.now();
        await new Promise<void>((resolve) => void schedule.clock.setTimer(60_000, resolve));
        log.push(`${schedule.clock.now() - before} ms`);
        return undefined;
      },
    };
    await checkConcurrent(jobChart, system, { ...lookOf, numRuns: 1 });
    expect(log).toEqual(['sum 3', 'No', '60000 ms']);
  });

  test('lets timers of the system race with its clients', async () => {
    // It ends by itself, at a time that may fall between the check of a cancel and its effect.
    const create = (schedule: Schedule): Job => {
      const job = rightJob(schedule);
      schedule.clock.setTimer(5, () => void job.start());
      return job;
    };
    const own = [{ type: 'START' }] as const;
    await checkConcurrent(jobChart, { ...jobs(create), own }, { ...lookOf, seed: 1 });
    const { message } = await ofJob(jobs(create), { seed: 1 });
    expect(message).toContain('a timer');
  });
});

describe('own steps', () => {
  const started = (schedule: Schedule): Job => {
    const job = rightJob(schedule);
    void job.start();
    return job;
  };

  test('explain what the system does by itself', async () => {
    const own: JobSystem['own'] = (_job, may) => void may({ type: 'START' });
    await checkConcurrent(jobChart, { ...jobs(started), own }, { ...lookOf, seed: 1 });
    const found = await ofJob(jobs(started), { seed: 1 });
    expect(found.calls.length).toBeLessThanOrEqual(2);
  });

  test('that have happened cannot happen later', async () => {
    const late = (schedule: Schedule): Job => ({
      ...rightJob(schedule),
      start: () => 'InvalidState',
    });
    const own: JobSystem['own'] = (_job, may) => may({ type: 'START' }).returned();
    const found = await ofJob({ ...jobs(late), own }, { seed: 1 });
    expect(found.message).toMatch(/^ +1\. itself 1: START$/m);
    expect(shown(found)).toHaveLength(1);
  });
});

test('several instances are told apart', async () => {
  // What is done to the one is done to all of them.
  const all: Job[] = [];
  const system: JobSystem = {
    ...jobs(rightJob),
    open: () => void all.splice(0),
    create(_input, _real, schedule) {
      const job = rightJob(schedule);
      all.push(job);
      return { ...job, cancel: () => Promise.all(all.map((each) => each.cancel())).then(([first]) => first) };
    },
  };
  const { calls, message } = await ofJob(system, { seed: 1, maxInstances: 3 });
  expect(new Set(calls.map(({ instance }) => instance)).size).toBeGreaterThan(1);
  expect(message).toMatch(/Expected the history of 'job [12]' to be linearizable/);
});

describe('input that makes no sense is refused', () => {
  test.for([
    ['clients', { clients: 0 }],
    ['clients', { clients: -1 }],
    ['maxCommandsEach', { maxCommandsEach: -1 }],
    ['maxInstances', { maxInstances: 1.5 }],
    ['numRuns', { numRuns: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['maxConfigurations', { maxConfigurations: 0 }],
    ['seed', { seed: 0.5 }],
    ['a member of options', { client: 3 } as object],
    ['events', {}],
  ] as const)('%s: %j', async ([name, options]) => {
    const events = name === 'events' ? {} : jobs(rightJob).events;
    const { create } = jobs(rightJob);
    const checking = checkConcurrent(jobChart, { create, events }, options);
    const fault = await checking.catch((error: unknown) => error);
    expect(isFault(fault, 'InvalidArgument') && fault['invalidProperty']).toBe(name);
  });

  test('a chart in several states at once', async () => {
    const parallel = createMachine({ type: 'parallel', states: { a: {}, b: {} } }) as AnyStateMachine;
    const checking = checkConcurrent(parallel, { create: () => undefined, events: {}, state: () => '' });
    const fault = await checking.catch((error: unknown) => error);
    expect(isFault(fault, 'NotSupported')).toBe(true);
    expect((fault as Error).message).toContain('parallel states');
  });
});

test('what is drawn has one right simplest form', async () => {
  const payload = fc.record({ amount: fc.integer({ min: 1, max: 1_000_000 }) });
  const system = accounts(accountBugs[0]?.create as (schedule: Schedule) => Account);
  const events = { ...system.events, DEPOSIT: { ...system.events.DEPOSIT, payload } };
  const checking = checkConcurrent(accountChart, { ...system, events } as typeof system, {
    ...balanceOf,
    seed: 2,
  });
  const { calls } = await differenceIn(checking);
  const amounts = calls.flatMap(({ sent }) => (sent ? [(sent as { amount: number }).amount] : []));
  expect(Math.max(...amounts)).toBe(1);
});

describe('without fast-check', () => {
  afterEach(() => vi.doUnmock('fast-check'));

  test('the fault says what to install', async () => {
    vi.doMock('fast-check', () => {
      throw new Error("Cannot find package 'fast-check'");
    });
    const fault = await checkConcurrent(jobChart, jobs(rightJob)).catch((error: unknown) => error);
    expect(isFault(fault, 'NotSupported')).toBe(true);
  });
});
