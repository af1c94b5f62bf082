import { memoryStore } from '../../src/index.ts';
import { Chance, seedOfRound } from './chance.ts';
import { endOf } from './ending.ts';
import { type Breach, Ledger, show } from './ledger.ts';
import { type Kind, realSite, residentSite, simulatedSite } from './site.ts';
import { storm } from './storm.ts';
import type { Surroundings } from './surroundings.ts';
import { World, idempotencyMs } from './world.ts';

/** What came of one round. */
export interface RoundResult {
  readonly round: number;
  readonly roundSeed: number;
  readonly kind: Kind;
  readonly tasks: number;
  readonly bodies: number;
  readonly cancels: number;
  readonly watched: number;
  readonly storeRetries: number;
  /** How many tasks ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each fault refused an operation. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly breaches: readonly Breach[];
}

/** In simulated time most of them; every sixth in real time; every third in the one world that lives as long as the soak. */
export function kindOf(round: number): Kind {
  if (round % 6 === 5) return 'real';
  return round % 3 === 1 ? 'resident' : 'simulated';
}

function circumstancesOf(chance: Chance, kind: Kind) {
  const rates = kind === 'real' ? ([0, 0, 2] as const) : ([0, 0, 4, 12] as const);
  const isResident = kind === 'resident';
  return {
    sides: isResident ? 1 : chance.of([1, 1, 2]),
    concurrency: isResident ? 4 : 1 + chance.below(4),
    roughness: isResident ? { refused: 0, lost: 0 } : { refused: chance.of(rates), lost: chance.of(rates) },
    forgets: isResident || chance.percent(25),
    observed: chance.percent(30),
  };
}

/** The one world that lives as long as the soak: what its supervisor does not let go, the heap shows. */
export class Resident {
  #world: World | undefined;

  async world(ledger: Ledger, chance: Chance): Promise<World> {
    if (this.#world) this.#world.begin(ledger, chance);
    else {
      const circumstances = { ...circumstancesOf(chance, 'resident'), observed: false };
      this.#world = new World(residentSite(), memoryStore(), circumstances, ledger, chance);
      this.#world.sides.push(await this.#world.open());
    }
    return this.#world;
  }

  /** What was broken once breaks what follows: the next round has a new one. */
  forget(): void {
    this.#world = undefined;
  }
}

async function freshWorld(kind: 'simulated' | 'real', ledger: Ledger, chance: Chance) {
  const simulated = kind === 'simulated' ? simulatedSite(chance.seed()) : undefined;
  const world = new World(
    simulated ?? realSite(),
    memoryStore(),
    circumstancesOf(chance, kind),
    ledger,
    chance,
  );
  for (let side = 0; side < world.circumstances.sides; side += 1) world.sides.push(await world.open());
  return { world, calm: () => simulated?.calm() };
}

async function playResident(resident: Resident, ledger: Ledger, chance: Chance): Promise<void> {
  const world = await resident.world(ledger, chance);
  await storm(world, 60 + chance.below(60));
  await endOf(world, true);
  // Names expire, and what is final is forgotten.
  await world.site.pass(idempotencyMs);
  const { queued, running, success, error } = await world.store.records.counts();
  // Five of each outcome are kept.
  if (queued + running > 0 || success > 5 || error > 5)
    ledger.broken('retention keeps what it was told to', JSON.stringify({ queued, running, success, error }));
  if (ledger.breaches.length > 0) resident.forget();
}

async function play(kind: Kind, resident: Resident, ledger: Ledger, chance: Chance): Promise<void> {
  if (kind === 'resident') return playResident(resident, ledger, chance);
  const { world, calm } = await freshWorld(kind, ledger, chance);
  await storm(world, 40 + chance.below(80));
  calm();
  await endOf(world, false);
}

/** Plays one round, and says what came of it; it throws never. */
export async function playRound(
  seed: number,
  round: number,
  resident: Resident,
  surroundings: Surroundings,
): Promise<RoundResult> {
  const roundSeed = seedOfRound(seed, round);
  const kind = kindOf(round);
  const ledger = new Ledger();
  surroundings.begin();
  try {
    await play(kind, resident, ledger, new Chance(roundSeed));
  } catch (error) {
    ledger.broken('a round comes to its end', show(error));
    resident.forget();
  }
  for (const { law, message } of await surroundings.end(kind)) ledger.broken(law, message);
  const { bodies, cancels, watched, storeRetries, refusals, breaches, outcomes, accounts } = ledger;
  const counts = { tasks: accounts.size, bodies, cancels, watched, storeRetries };
  return { round, roundSeed, kind, ...counts, outcomes, refusals, breaches };
}
