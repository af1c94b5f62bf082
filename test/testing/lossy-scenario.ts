import assert from 'node:assert/strict';
import {
  type BodyContext,
  type TaskDefinition,
  type TaskHandle,
  defineTask,
  isFault,
} from '../../src/index.ts';
import type { Faults, ProcessOptions, SimulatedProcess, Simulation } from '../../src/testing/index.ts';

/**
 * What happens to a process, and when. A line is cut for a moment, or for longer than a lease; then the process may crash at
 * the next body that it starts. Of its commits, one may be the last.
 */
export interface Loss {
  readonly process: number;
  readonly atMs: number;
  readonly how: 'crash' | 'crash at a commit' | 'short cut' | 'long cut' | 'long cut, then crash';
}

/** A task that is submitted, or created by a process, and maybe canceled. */
export interface Job {
  readonly atMs: number;
  /** Not before the line of this process is joined again, if that is cut. */
  readonly onceJoined: number | undefined;
  readonly ms: number;
  readonly cancelMs: number | undefined;
  readonly createdBy: number | undefined;
}

export interface LossyProgram {
  readonly faults: Faults;
  readonly losses: readonly Loss[];
  /** When the process comes that stays. */
  readonly lastComesMs: number;
  /** The first process that takes over is lost as well, after so many turns, while it does. */
  readonly takerCrashes: number | undefined;
  readonly jobs: readonly Job[];
}

type Work = TaskDefinition<number, number>;

const leaseMs = 9_000;
/** Those that may be lost; one more stays. */
const mortals = 2;
const shortMs = 2_000;
const longMs = 20_000;
/** Far more than all of it takes. */
const limitMs = 1_000_000;
/** Time passes in small steps: in a long one a beat could be late by more than a lease. */
const tickMs = 500;

interface Worker {
  readonly process: SimulatedProcess;
  readonly number: number;
  isCrashed: boolean;
  /** Its lease may have been over. */
  wasCutLong: boolean;
  joinedAt: number;
  crashesAtStart: boolean;
  /** It told that its lease was over. */
  isTold: boolean;
  readonly joined: PromiseWithResolvers<void>;
}

interface Body {
  readonly worker: Worker;
  readonly key: string;
  /** Its task was taken up elsewhere, while it went on. */
  wasTaken: boolean;
}

class Lossy {
  readonly #simulation: Simulation;
  readonly #program: LossyProgram;
  readonly #workers: Worker[] = [];
  readonly #atWork = new Set<Body>();
  /** From whom a task was taken while its body went on. */
  readonly #lostTasks: Worker[] = [];
  #takerMayCrash = true;
  readonly #lastCame = Promise.withResolvers<void>();

  constructor(simulation: Simulation, program: LossyProgram) {
    this.#simulation = simulation;
    this.#program = program;
  }

  async play(): Promise<void> {
    const { jobs, losses, lastComesMs } = this.#program;
    for (let number = 0; number < mortals; number += 1) await this.#start();
    // It sees later than the others that somebody is lost.
    const work = this.#definition(() => undefined);
    const web = await this.#simulation.start({ tasks: [work], run: false, leaseMs: 3 * leaseMs });
    await Promise.all([
      this.#simulation.sleep(lastComesMs).then(() => this.#startLast()),
      ...losses.map((loss) => this.#lose(loss)),
      ...jobs.map((job) =>
        job.createdBy === undefined ? this.#submit(web, work, job) : this.#create(web, job),
      ),
    ]);
    // By now whoever was cut off has heard that its lease was over.
    await this.#simulation.sleep(leaseMs);
    const untold = this.#lostTasks.filter(({ isCrashed, isTold }) => !isCrashed && !isTold);
    assert.deepEqual(
      untold.map(({ number }) => number),
      [],
      'whoever lost its tasks tells that its lease was over',
    );
    const left = [...this.#atWork].filter(({ worker }) => !worker.isCrashed);
    assert.deepEqual(
      left.map(({ key }) => key),
      [],
      'no body is left of a task that has ended',
    );
    const processes = this.#workers.filter(({ isCrashed }) => !isCrashed).map(({ process }) => process);
    // Whoever sees only now that another is lost may crash while it stops.
    const ends = [web, ...processes].map(({ supervisor, crashed }) =>
      Promise.race([supervisor.stop(), crashed]),
    );
    await Promise.all(ends);
  }

  #definition(worker: () => Worker | undefined) {
    return defineTask({
      type: 'work',
      retry: { maxLost: 99 },
      run: async ({ input, sleep, task }: BodyContext<number>) => {
        const here = worker();
        assert.ok(here, 'only who runs bodies runs this');
        for (const other of this.#atWork) {
          if (other.key !== task.key || other.worker.isCrashed) continue;
          if (!other.worker.wasCutLong) assert.fail(`two bodies of ${task.key} at once`);
          other.wasTaken = true;
          this.#lostTasks.push(other.worker);
        }
        const body: Body = { worker: here, key: task.key, wasTaken: false };
        this.#atWork.add(body);
        if (here.crashesAtStart) this.#crash(here);
        try {
          for (let left = input; left > 0; left -= 2_000) {
            await sleep(2_000);
            this.#mustKnow(body);
          }
          return input;
        } finally {
          this.#atWork.delete(body);
        }
      },
    });
  }

  /** Who was cut off has heard by now that its lease was over, and its bodies with it. */
  #mustKnow({ worker, key, wasTaken }: Body): void {
    const isEarly = this.#simulation.clock.monotonic() - worker.joinedAt < leaseMs;
    assert.ok(isEarly || !wasTaken, `a body of ${key} goes on, though its task was taken up elsewhere`);
  }

  #crashPoint(number: number): Pick<ProcessOptions, 'crashAt'> {
    const loss = this.#program.losses.find(
      ({ process, how }) => process === number && how === 'crash at a commit',
    );
    if (!loss) return {};
    return { crashAt: { commit: 1 + (loss.atMs % 3), when: loss.atMs % 4 === 0 ? 'after' : 'before' } };
  }

  async #start(): Promise<void> {
    let worker: Worker | undefined;
    const process = await this.#simulation.start({
      tasks: [this.#definition(() => worker)],
      concurrency: 2,
      leaseMs,
      storeRetryMs: Number.POSITIVE_INFINITY,
      faults: this.#program.faults,
      ...this.#crashPoint(this.#workers.length),
    });
    const one: Worker = {
      process,
      number: this.#workers.length,
      isCrashed: false,
      wasCutLong: false,
      joinedAt: Number.POSITIVE_INFINITY,
      crashesAtStart: false,
      isTold: false,
      joined: Promise.withResolvers(),
    };
    worker = one;
    this.#workers.push(one);
    void process.crashed.then(() => (one.isCrashed = true));
    void this.#listen(one);
  }

  async #startLast(): Promise<void> {
    await this.#start();
    this.#lastCame.resolve();
  }

  async #listen(worker: Worker): Promise<void> {
    const { takerCrashes } = this.#program;
    // The last one stays, or nobody would be left.
    const mayCrash = worker.number < mortals;
    for await (const { kind } of worker.process.supervisor.events()) {
      if (kind === 'leaseLost') worker.isTold = true;
      const isTaker = kind === 'workerLost' && mayCrash && this.#takerMayCrash;
      if (!isTaker || takerCrashes === undefined) continue;
      this.#takerMayCrash = false;
      for (let turn = 0; turn < takerCrashes; turn += 1) await this.#simulation.sleep(0);
      this.#crash(worker);
    }
  }

  #crash(worker: Worker): void {
    if (worker.isCrashed) return;
    worker.isCrashed = true;
    worker.process.crash();
  }

  async #lose({ process, atMs, how }: Loss): Promise<void> {
    const worker = this.#workers[process] as Worker;
    // Who crashes is not joined: then nobody waits for that.
    if (how.startsWith('crash')) worker.joined.resolve();
    await this.#simulation.sleep(atMs);
    if (how === 'crash at a commit') return;
    if (how === 'crash') return this.#crash(worker);
    if (how !== 'short cut') worker.wasCutLong = true;
    worker.process.line.disconnect();
    await this.#simulation.sleep(how === 'short cut' ? shortMs : longMs);
    worker.process.line.connect();
    worker.joinedAt = this.#simulation.clock.monotonic();
    worker.joined.resolve();
    worker.crashesAtStart = how === 'long cut, then crash';
  }

  /** How often a task may have been lost: as often as somebody was. Who was cut off long may crash as well. */
  get #mostLost(): number {
    return this.#workers.flatMap(({ isCrashed, wasCutLong }) => [isCrashed, wasCutLong]).filter(Boolean)
      .length;
  }

  async #submit(web: SimulatedProcess, work: Work, job: Job): Promise<void> {
    await this.#simulation.sleep(job.atMs);
    await this.#joined(job);
    const task = await web.supervisor.submit(work, job.ms);
    const isAsked = await this.#cancel(task, job);
    const { state, result, attempt, attempts, error } = await task.ended();
    const lost = attempts.filter(({ fault }) => fault?.fault.name === 'WorkerLost').length;
    assert.equal(attempt, 1, 'what was lost is not charged');
    assert.ok(lost <= this.#mostLost, `lost ${lost} times, and ${this.#mostLost} processes were`);
    if (state === 'error') assert.deepEqual([isAsked, error?.fault.name], [true, 'RequestCanceled']);
    else assert.equal(result, job.ms);
  }

  async #joined({ onceJoined }: Job): Promise<void> {
    const isCut = this.#program.losses.some(({ process }) => process === onceJoined);
    if (isCut && onceJoined !== undefined) await this.#workers[onceJoined]?.joined.promise;
  }

  /** Its creator works on it for so long, if it lives. */
  async #create(web: SimulatedProcess, { atMs, ms, createdBy = 0 }: Job): Promise<void> {
    await this.#simulation.sleep(atMs);
    if (createdBy === mortals) await this.#lastCame.promise;
    const worker = this.#workers[createdBy] as Worker;
    if (worker.isCrashed) return;
    const making = worker.process.supervisor.createTask({ type: 'driven', cancelable: true });
    const task = await Promise.race([making, worker.process.crashed]);
    if (!task) return;
    const seen = await web.supervisor.task(task.key);
    await this.#simulation.sleep(ms);
    // It may have been lost meanwhile.
    if (!worker.isCrashed) task.setState('success').catch(() => {});
    const { state, error } = await seen.ended();
    if (state === 'success') return;
    assert.equal(error?.fault.name, 'WorkerLost');
    assert.ok(worker.isCrashed || worker.wasCutLong, 'only what a lost process created is lost');
  }

  async #cancel(task: TaskHandle, { cancelMs }: Job): Promise<boolean> {
    if (cancelMs === undefined) return false;
    await this.#simulation.sleep(cancelMs);
    try {
      await task.cancel();
      return true;
    } catch (error) {
      assert.ok(isFault(error, 'InvalidState'), String(error));
      return false;
    }
  }
}

/** Three processes that hold leases, of which two crash or are cut off, and whoever takes up what they held. */
export function lossyScenario(program: LossyProgram) {
  return async (simulation: Simulation): Promise<void> => {
    let isOver = false;
    const limit = async () => {
      for (let at = 0; !isOver; at += tickMs) {
        if (at > limitMs) throw new Error(`Expected all of it to end within ${limitMs} ms.`);
        await simulation.sleep(tickMs);
      }
    };
    const playing = new Lossy(simulation, program).play().finally(() => (isOver = true));
    await Promise.race([playing, limit().then(() => playing)]);
  };
}
