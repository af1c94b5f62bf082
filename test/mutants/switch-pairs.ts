/**
 * For each law, and for what is brought into the trials, a mutant that is killed, and lives without it. Where two laws say the
 * same of two kinds of trials it lives without both.
 */
export const switchPairs: Readonly<Record<string, string>> = {
  'watchersSeeSequencesGrow + busyScenario': 'watcher is shown a record twice',
  finalIsNeverMissed: 'watcher misses the end',
  'onlyTheCommittedIsShown + finalIsNeverMissed + answersHaveAnOrder + busyScenario': 'shown before commit',
  'actorsFollowTheCommitted + whoLooksSeesTheAbort': 'apply before commit',
  oneCancelCounts: 'double abort',
  'everythingSettles + idleMeansIdle': 'stop forgets who waits for idle',
  idleMeansIdle: 'idle waiter not woken',
  'whoLooksSeesTheAbort + noCancelIsLost + whoIsLeftWasTold + anEndIsTheBodys + answersHaveAnOrder':
    'late listener hears no abort',
  whoHasStoppedExpiresNothing: 'stop leaves its timers',
  whoIsLeftWasTold: 'stop forgets what runs',
  whatIsReturnedIsThere: 'task that has ended is not found',
  waitersHearTheEnd: 'result of a canceled task',
  'anEndIsTheBodys + answersHaveAnOrder': 'any error after an abort is the abort',
  'aStateThatIsSetStands + answersAreTheCharts + answersHaveAnOrder + answersAreTheRules':
    'result of a created task is lost',
  eventsTellEachStep: 'step told with the sequence before',
  'bodiesNeverOverlap + endedMeansGone + answersHaveAnOrder': 'stop gives away what ignores it',
  'nothingStartsAfterStop + whoIsLeftWasTold': 'body starts while the supervisor stops',
  nothingStartsWhilePaused: 'pause does not wait for claims',
  'nothingIsForgotten + what a tree shows at rest + busyScenario + a cancel that was accepted leads to a final state':
    'lost wake-up of a timer',
  'progressBelongsToRunning + everyStepIsAllowed + the chart changes what the rules do + what a tree shows at rest':
    'progress after the end',
  'everyStepIsAllowed + the chart changes what the rules do + lossyScenario': 'eviction is charged',
  'cancelledNeverGoesBack + aStateThatIsSetStands + the chart changes what the rules do':
    'task running SET_STATE[6] guard negated',
  concurrencyIsKept: 'slot freed early',
  'sequencesGrow + eventsTellEachStep + answersHaveAnOrder': 'first record is number 0',
  'finalIsFinal + answersHaveAnOrder + everyStepIsAllowed + cancelledNeverGoesBack + noCancelIsLost + aStateThatIsSetStands + answersAreTheCharts + answersAreTheRules + finalIsNeverMissed + runningMeansHere + busyScenario + lossyScenario':
    'late answer taken for the newest',
  'outcomesBelongToStates + stampsAreOrdered + everyStepIsAllowed + the chart changes what the rules do':
    'task queued EXPIRE[2] action dropped',
  'whatIsAcceptedIsDone + everyStepIsAllowed + the chart changes what the rules do':
    'task running SET_CUSTOM_VALUE[1] action dropped',
  'endedMeansGone + bodiesNeverOverlap + concurrencyIsKept + anEndIsTheBodys + whoLooksSeesTheAbort + answersHaveAnOrder + whoIsLeftWasTold + checkpointsAreKept':
    'aborted body counts as gone',
  'runningMeansHere + concurrencyIsKept + noCancelIsLost + what a tree shows at rest + a cancel that was accepted leads to a final state + simulations + losses + nothingIsForgotten':
    'of several bodies only the first starts',
  'the chart leads where the rules do + the chart answers as the rules do + everyStepIsAllowed + aRejectedParentEndsItsChildren + no attempt starts once a cancel was accepted + the chart changes what the rules do + what a tree shows at rest':
    'task queued CANCEL[1] leads to queued',
  'no attempt starts once a cancel was accepted + everyStepIsAllowed + the chart leads where the rules do + the chart changes what the rules do + what a tree shows at rest + aRejectedParentEndsItsChildren':
    'task running.joining CHILDREN_ENDED[2] removed',
  'answersAreTheRules + everyStepIsAllowed + the chart answers as the rules do + the chart leads where the rules do + the chart changes what the rules do':
    'task queued CANCEL[0] removed',
  'a parent is never final before its structured children + what a tree shows at rest + everyStepIsAllowed + answersAreTheRules':
    'child created without its sums',
  'a change is one step of the sequence + eventsTellEachStep + answersHaveAnOrder': 'step counts twice',
  timeIsKept: 'grace is never over',
  nothingExpiresBeforeItsTime: 'time counted from the first attempt',
  deadlinesAreKept: 'deadline lost after a retry',
  aRejectedParentEndsItsChildren: 'failed parent leaves its children alone',
  aNameIsOneChild: 'named child is created anew',
  driversAreTold: 'driver is not told of a cancel',
  checkpointsAreKept: 'checkpoint is forgotten',
  'theOldAttemptIsRefused + answersHaveAnOrder': 'fence not sent by the body',
  aKeyIsOneTask: 'idempotency key of another input',
  'what a tree shows at rest': 'failed child adds nothing',
  'the chart answers as the rules do': 'task running.joining SPAWN[0] guard dropped',
  'the chart changes what the rules do + stampsAreOrdered': 'stamps follow a clock that was set back',
  'a supervisor answers as the rules do': 'supervisor draining.evicting FAIL[0] answers InvalidState',
  'a supervisor goes where the rules lead': 'supervisor draining.evicting FAIL[0] leads to running',
  storeContract: 'place in the order given twice',
  'busyScenario + storeContract': 'torn batch counts as whole',
  'unanswered calls': 'refused batch is not sent again',
  'lost answers': 'three batches in flight',
  'turn order': 'lost hint',
  'second supervisor': 'stale read before cancel',
  stops: 'body starts while the supervisor stops',
  pauses: 'pause does not wait for claims',
  'wall clock': 'alarm trusts a clock that was set back',
  checkpoints: 'checkpoint is forgotten',
  'idempotency keys': 'idempotency key of another input',
  'programs + keepings': 'pause does not wait for claims',
  crowds: 'stale read before cancel',
  trees: 'named child is created anew',
  losses: 'what a lost process held is left alone',
  lossyScenario: 'what a lost process held is left alone',
  'simulations + stores': 'torn batch counts as whole',
  lives: 'task running.joining SPAWN[0] guard dropped',
  supervisors: 'supervisor draining.evicting FAIL[0] answers InvalidState',
  stores: 'place in the order given twice',
};
