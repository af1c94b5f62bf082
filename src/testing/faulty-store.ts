import type { Random, RecordStore, Store } from '../index.ts';
import { checkKnown, invalid } from './arguments.ts';

/** Of a hundred calls so many meet with this. Each defaults to 0. */
export interface Faults {
  /** It is refused, and changes nothing. */
  readonly refused?: number;
  /** It happens, and its answer is lost. */
  readonly lost?: number;
  /** Of a commit only the first groups happen, and the answer is lost. Each group still happens whole or not at all. */
  readonly torn?: number;
  /** A hint comes twice. */
  readonly duplicated?: number;
}

/** The process is gone at its n-th commit (1 is the first), before anything of that is written or right after. */
export interface CrashPoint {
  readonly commit: number;
  readonly when: 'before' | 'after';
}

export interface FaultyStoreOptions {
  /** What decides which calls meet with a fault. */
  readonly random: Random;
  readonly faults?: Faults;
  readonly crashAt?: CrashPoint;
  /** Called when the crash point is reached. */
  readonly onCrash?: () => void;
  /** When a call happens. Default: at once. It has to call `happen` once, and to answer what that answers. */
  readonly turn?: <T>(name: string, happen: () => PromiseLike<T>) => Promise<T>;
}

const whole: Required<Faults> = { refused: 0, lost: 0, torn: 0, duplicated: 0 };

/** What nobody hears of any more. */
const never = new Promise<never>(() => {});

/**
 * A store as one process sees it, over a bad line. It keeps the store's contract: what it refuses did not happen, and
 * whether something happened whose answer was lost can only be found out by looking.
 */
export class FaultyStore implements Store {
  readonly records: RecordStore;
  readonly dispatch: Store['dispatch'];
  readonly leases: Store['leases'];
  readonly #options: FaultyStoreOptions;
  readonly #faults: Required<Faults>;
  #line: 'open' | 'cut' | 'silent' | 'gone' = 'open';
  #commits = 0;

  constructor({ records, dispatch, leases }: Store, options: FaultyStoreOptions) {
    checkKnown('options', options, ['random', 'faults', 'crashAt', 'onCrash', 'turn']);
    if (typeof options.random?.fraction !== 'function')
      throw invalid('random', 'a source of chance, as of simulatedRandom(seed)', options.random);
    if (options.crashAt !== undefined) checkCrashPoint(options.crashAt);
    this.#options = options;
    this.#faults = percentages(options.faults);
    const call = <A extends unknown[], R>(name: string, method: (...given: A) => PromiseLike<R>) => {
      return (...given: A) => this.#call(name, () => method(...given));
    };
    this.records = {
      commit: (...given) => this.#commit(records, ...given),
      read: call('read', (keys) => records.read(keys)),
      query: call('query', (query) => records.query(query)),
      journal: call('journal', (key) => records.journal(key)),
      counts: call('counts', () => records.counts()),
      changes: (worker, hint) => records.changes(worker, (keys) => this.#hint(() => hint(keys))),
      prune: call('prune', (request) => records.prune(request)),
      control: call('control', () => records.control()),
      setControl: call('setControl', (name, value, worker) => records.setControl(name, value, worker)),
    };
    this.leases = leases && {
      beat: call('beat', (worker) => leases.beat(worker)),
      beats: call('beats', () => leases.beats()),
      end: call('end of a lease', (worker, beats) => leases.end(worker, beats)),
      retire: call('retire', (worker) => leases.retire(worker)),
    };
    this.dispatch = {
      offer: call('offer', (offers) => dispatch.offer(offers)),
      withdraw: call('withdraw', (keys) => dispatch.withdraw(keys)),
      take: call('take', (request) => dispatch.take(request)),
      offers: (hint) => dispatch.offers(() => this.#hint(hint)),
    };
  }

  /** From now on every call is refused, and no hint comes, until `connect`. */
  disconnect(): void {
    if (this.#line !== 'gone') this.#line = 'cut';
  }

  /** From now on nothing that is asked happens, nothing is answered and no hint comes, until `connect`. */
  silence(): void {
    if (this.#line !== 'gone') this.#line = 'silent';
  }

  /** What is asked from now on is answered. */
  connect(): void {
    if (this.#line !== 'gone') this.#line = 'open';
  }

  /** The process is gone: nothing that it still asks happens, and nothing is answered. */
  crash(): void {
    this.#line = 'gone';
  }

  async #call<T>(name: string, happen: () => PromiseLike<T>): Promise<T> {
    if (this.#isMute) return never;
    const isRefused = this.#line === 'cut' || this.#meets('refused');
    const isLost = this.#meets('lost');
    const answer = await this.#turn(isRefused ? `${name}, refused` : name, async () => {
      if (this.#isMute) return never;
      if (isRefused || this.#line === 'cut') throw new Error(`The store refused ${name}.`);
      return happen();
    });
    if (isLost) throw new Error(`The answer to ${name} was lost.`);
    return this.#isMute ? never : answer;
  }

  get #isMute(): boolean {
    return this.#line === 'gone' || this.#line === 'silent';
  }

  #commit(records: RecordStore, ...[groups, ...rest]: Parameters<RecordStore['commit']>) {
    const nth = (this.#commits += 1);
    const tornAt = this.#meets('torn')
      ? Math.floor(this.#options.random.fraction() * groups.length)
      : undefined;
    return this.#call('commit', async () => {
      if (this.#isCrash(nth, 'before')) return this.#crashed();
      if (tornAt !== undefined) {
        await records.commit(groups.slice(0, tornAt), ...rest);
        throw new Error(`The line broke after ${tornAt} of ${groups.length} groups.`);
      }
      const verdicts = await records.commit(groups, ...rest);
      return this.#isCrash(nth, 'after') ? this.#crashed() : verdicts;
    });
  }

  #isCrash(nth: number, when: CrashPoint['when']): boolean {
    const point = this.#options.crashAt;
    return point?.commit === nth && point.when === when;
  }

  #crashed(): Promise<never> {
    this.crash();
    this.#options.onCrash?.();
    return never;
  }

  #hint(pass: () => void): void {
    if (this.#line !== 'open') return;
    pass();
    if (!this.#meets('duplicated')) return;
    const again = () => Promise.resolve(this.#line === 'open' ? pass() : undefined);
    void this.#turn('a hint again', again);
  }

  #turn<T>(name: string, happen: () => PromiseLike<T>): Promise<T> {
    return this.#options.turn ? this.#options.turn(name, happen) : Promise.resolve().then(happen);
  }

  #meets(fault: keyof Faults): boolean {
    const percent = this.#faults[fault];
    return percent > 0 && this.#options.random.fraction() * 100 < percent;
  }
}

/** One that is never reached would let a test pass that tests nothing. */
function checkCrashPoint(point: CrashPoint): void {
  checkKnown('crashAt', point, ['commit', 'when']);
  if (!Number.isSafeInteger(point.commit) || point.commit < 1)
    throw invalid('crashAt.commit', 'a positive integer', point.commit);
  if (point.when !== 'before' && point.when !== 'after')
    throw invalid('crashAt.when', "'before' or 'after'", point.when);
}

function percentages(faults: Faults = {}): Required<Faults> {
  checkKnown('faults', faults, Object.keys(whole));
  for (const [name, percent] of Object.entries(faults)) {
    if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
      throw invalid(`faults.${name}`, 'a percentage from 0 to 100', percent);
  }
  return { ...whole, ...faults };
}

/** The same store over a bad line, for one process. Several may share the store behind it. */
export function faultyStore(store: Store, options: FaultyStoreOptions): FaultyStore {
  return new FaultyStore(store, options);
}
