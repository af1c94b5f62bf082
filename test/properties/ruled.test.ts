import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLaw, numRuns, timeout } from './checking.ts';
import * as time from './laws-of-time.ts';
import { lifePrograms } from './life-program.ts';
import { runSupervisor, supervisorPrograms } from './ruled-supervisor.ts';
import { runLife } from './run-life.ts';

describe('the charts alone', { timeout }, () => {
  test('a task answers, goes and changes as the rules say, whatever it is sent', () => {
    fc.assert(
      fc.property(lifePrograms, (program) => {
        expect([...runLife(program)]).toEqual([]);
      }),
      { numRuns: numRuns * 10 },
    );
  });

  test('a supervisor answers and goes as the rules say, whatever it is sent', () => {
    fc.assert(
      fc.property(supervisorPrograms, (program) => {
        expect([...runSupervisor(program)]).toEqual([]);
      }),
      { numRuns: numRuns * 10 },
    );
  });
});

describe('time', { timeout }, () => {
  test('nothing expires before its time', () => checkLaw(time.nothingExpiresBeforeItsTime));
  test('the driver of a task that was asked to end is told', () => checkLaw(time.driversAreTold));
});
