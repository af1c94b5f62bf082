import fc from 'fast-check';
import { type TreeProgram, treePrograms } from '../life/tree-program.ts';
import { keepings } from '../properties/keeping.ts';
import { crowds } from '../properties/crowd.ts';
import { type LifeProgram, lifePrograms } from '../properties/life-program.ts';
import { type LossyProgram, lossyPrograms } from '../testing/lossy-program.ts';
import { type Program, programs } from '../properties/program.ts';
import { type SupervisorProgram, supervisorPrograms } from '../properties/ruled-supervisor.ts';
import { contract } from './contract.ts';

/** What is run. */
export type Trial =
  /** Concurrent operations on random bodies; a crowd does much to few tasks, a keeping much to all of them. */
  | { readonly kind: 'program' | 'crowd' | 'keeping'; readonly program: Program }
  | { readonly kind: 'tree'; readonly program: TreeProgram }
  /** Two busy supervisors and their clients, in a simulation. */
  | { readonly kind: 'simulation'; readonly seed: number; readonly faults: SimulatedFaults }
  /** Processes that hold leases, of which some are lost. */
  | { readonly kind: 'losses'; readonly seed: number; readonly program: LossyProgram }
  /** Tasks alone, sent anything that anybody could send. */
  | { readonly kind: 'lives'; readonly programs: readonly LifeProgram[] }
  | { readonly kind: 'supervisors'; readonly programs: readonly SupervisorProgram[] }
  /** Some of the laws of the store's contract, by their numbers; none twice. */
  | { readonly kind: 'store'; readonly laws: readonly number[] };

export type SimulatedFaults = Readonly<Record<'refused' | 'lost' | 'torn', number>>;

const kind = <K extends Trial['kind']>(name: K) => ({ kind: fc.constant(name) });
const percent = fc.constantFrom(0, 15);

/** As many as take no longer than one of the others. */
function manyOf<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: 1, maxLength: 80, size: 'max' });
}

/** So many of the laws at once that in a few trials each of them has its turn. */
const third = Math.ceil(contract.length / 3);

/** One configuration for all: none of this knows a mutant. The last three are cheap: a trial is many of them. */
export const trials: fc.Arbitrary<Trial> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ ...kind('program'), program: programs() }) },
  { weight: 9, arbitrary: fc.record({ ...kind('crowd'), program: crowds }) },
  { weight: 7, arbitrary: fc.record({ ...kind('keeping'), program: keepings }) },
  { weight: 5, arbitrary: fc.record({ ...kind('tree'), program: treePrograms }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...kind('simulation'),
      seed: fc.nat(),
      faults: fc.record({ refused: percent, lost: percent, torn: percent }),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({ ...kind('losses'), seed: fc.nat(), program: lossyPrograms }),
  },
  { weight: 6, arbitrary: fc.record({ ...kind('lives'), programs: manyOf(lifePrograms) }) },
  { weight: 2, arbitrary: fc.record({ ...kind('supervisors'), programs: manyOf(supervisorPrograms) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      ...kind('store'),
      // Small numbers are no better than others.
      laws: fc.noBias(fc.shuffledSubarray([...contract.keys()], { minLength: third, maxLength: third })),
    }),
  },
);
