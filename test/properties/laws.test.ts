import { describe, test } from 'vitest';
import { stores } from '../support/stores.ts';
import { keepings } from './keeping.ts';
import { checkLaw, checkLaws, freshSeed, numRuns, runsOn, seed, timeout } from './checking.ts';
import * as life from './laws-of-life.ts';
import { answersHaveAnOrder } from './laws-of-linearizability.ts';
import * as records from './laws-of-records.ts';
import * as rules from './laws-of-rules.ts';

/** All that hold whether or not a supervisor is alone. */
const { eventsTellEachStep: _alone, ...ofLife } = life;
const laws = { ...records, ...ofLife, ...rules };

describe('whatever is done at once, in whatever order it is dealt with', { timeout }, () => {
  test('a task that has ended never changes its outcome', () => checkLaw(records.finalIsFinal));
  test('a watcher and a reader are shown nothing that was not committed', () =>
    checkLaw(records.onlyTheCommittedIsShown));
  test('an actor shows nothing that was not committed', () => checkLaw(records.actorsFollowTheCommitted));
  test('an error and a result are there only in their own state', () =>
    checkLaw(records.outcomesBelongToStates));
  test('the stamps are in order, and the last is set exactly in a final state', () =>
    checkLaw(records.stampsAreOrdered));
  test('progress is an integer from 0 to 100, and set only while the task runs', () =>
    checkLaw(records.progressBelongsToRunning));
  test('cancelled never goes back, and nobody is canceled who was not asked to be', () =>
    checkLaw(records.cancelledNeverGoesBack));
  test('however many cancels come, there is one change and one abort', () => checkLaw(life.oneCancelCounts));
  test('no cancel that was accepted is lost', () => checkLaw(life.noCancelIsLost));
  test('whoever looks at its signal after the abort sees it', () => checkLaw(life.whoLooksSeesTheAbort));
  test('whoever waits until nothing is queued or running is told so, and not before', () =>
    checkLaw(life.idleMeansIdle));
  test('a key that was returned is found at once, by anyone', () => checkLaw(life.whatIsReturnedIsThere));
  test('the sequence grows with every commit', () => checkLaw(records.sequencesGrow));
  test('a watcher sees growing sequences', () => checkLaw(records.watchersSeeSequencesGrow));
  test('a watcher never misses the end', () => checkLaw(records.finalIsNeverMissed));
  test('every promise settles', () => checkLaw(life.everythingSettles));
  test('a task whose body still runs is never called ended', () => checkLaw(life.endedMeansGone));
  test('two bodies of one task never run at once', () => checkLaw(life.bodiesNeverOverlap));
  test('a task that runs has a body', () => checkLaw(life.runningMeansHere));
  test('concurrency is never exceeded, and a slot is free exactly when its body is gone', () =>
    checkLaw(life.concurrencyIsKept));
  test('a task that is due starts when there is a slot', () => checkLaw(life.nothingIsForgotten));
  test('no body starts of a claim that was answered once its supervisor stops, and none after that', () =>
    checkLaw(life.nothingStartsAfterStop));
  test('nothing starts after a pause has resolved', () => checkLaw(life.nothingStartsWhilePaused));
});

describe('whatever is refused, and whatever answer of the store is lost', { timeout }, () => {
  test('every refusal is what the chart says of a record that was there', () =>
    checkLaw(life.answersAreTheCharts));
  test('every answer, and all that is shown, has an order in which the chart gives it', () =>
    checkLaw(answersHaveAnOrder));
  test('the events of a supervisor that is alone tell every step once, in order', () =>
    checkLaw(life.eventsTellEachStep, { supervisors: [1] }));
});

describe('every law at once', { timeout }, () => {
  test.for(stores.slice(1))('holds on the store $name', (kind) =>
    checkLaws(laws, kind, { seed, numRuns: runsOn(kind) }),
  );

  test('holds where supervisors are paused, resumed, waited for and stopped', () =>
    checkLaws(laws, stores[0], { seed, numRuns }, keepings));

  test('holds of programs that nobody has run before', () =>
    checkLaws(laws, stores[0], { seed: freshSeed(), numRuns }));
});
