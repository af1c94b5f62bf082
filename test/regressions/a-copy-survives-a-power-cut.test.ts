import { expect, test } from 'vitest';
import { Disk } from '../power/disk.ts';
import { run, Site } from '../power/trial.ts';
import { Chance } from '../soak/chance.ts';

test('a copy that was acknowledged has its name after a power cut', { timeout: 60_000 }, async () => {
  using site = new Site();
  const { entries, marks } = await run(site, {
    workload: 'backups',
    synchronous: 'full',
    seed: 1,
    limit: 16,
  });
  const copies = marks.filter(({ word }) => word === 'copied');
  expect(copies.length).toBeGreaterThan(2);
  for (const { at, values } of copies) {
    const left = new Disk(entries, at).after('nothing', new Chance(1));
    expect([...left.keys()]).toContain(values[0]);
  }
});
