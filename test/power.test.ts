import { afterAll, describe, expect, test } from 'vitest';
import { Disk } from './power/disk.ts';
import { powerOptions } from './power/options.ts';
import { type Series, breachesOf, brokenPromises, isFound, playRound, seriesByName } from './power/series.ts';
import { Site, type Workload, run } from './power/trial.ts';
import { Chance } from './soak/chance.ts';

let opened: Site | undefined;
/** Where there is no compiler, and none may be installed, each test fails and says so. */
const site = () => (opened ??= new Site());
afterAll(() => opened?.[Symbol.dispose]());

/** The first may have to install a compiler. */
const timeout = 300_000;

const seed = 3;

const play = (series: Series, cuts: number) => playRound(site(), series, seed, cuts);

describe('after a power cut', { timeout }, () => {
  test.each([
    ['full', 'all that was acknowledged is there, in a whole file', 6],
    ['normal', 'only the end of what was acknowledged may be missing, in a whole file', 5],
    ['tasks', 'all that clients of a supervisor were told is so, and it brings everything to an end', 1],
    ['backups', 'every copy that was made is there and whole', 1],
  ] as const)('%s: %s', async (name, _law, cuts) => {
    const series = seriesByName[name];
    const round = await play(series, cuts);
    expect(brokenPromises(series, round)).toEqual([]);
    expect(round.acknowledged).toBeGreaterThan(15);
  });

  test('without syncs the same laws are found broken', async () => {
    const round = await play(seriesByName.OFF, 60);
    expect(isFound(seriesByName.OFF, breachesOf(round))).toBe(true);
  });
});

test('an acknowledgement that comes before its sync is found', { timeout }, async () => {
  const round = await play(seriesByName['early answer'], 0);
  expect(isFound(seriesByName['early answer'], breachesOf(round))).toBe(true);
});

test.each(['records', 'tasks', 'backups'] satisfies Workload[])(
  'all that reaches the files of %s is in the log of the shim',
  { timeout },
  async (workload) => {
    const { entries, files } = await run(site(), { workload, synchronous: 'full', seed, limit: 12 });
    const rebuilt = new Disk(entries, entries.length).after('everything', new Chance(seed));
    expect([...rebuilt.keys()].toSorted()).toEqual([...files.keys()].toSorted());
    for (const [name, bytes] of files) expect(rebuilt.get(name)?.equals(bytes)).toBe(true);
  },
);

test('a wrong option of the command is refused with what was expected', () => {
  expect(powerOptions(['--seed', '7', '--cuts', '9'])).toMatchObject({ seed: 7, cuts: 9, only: '' });
  expect(() => powerOptions(['--cuts', '0'])).toThrow('Expected --cuts to be an integer from 1');
  expect(() => powerOptions(['--cut', '1'])).toThrow('Expected the options below.');
});
