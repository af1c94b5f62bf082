/** The fewest steps by which anybody could see these mutants, found by thinking; what `--shrink` leaves is compared with it. */
export const shortest: Readonly<Record<string, number>> = {
  // A body that reports 120.
  'progress above the whole': 1,
  // Any body that ends.
  'slot of a body that is gone is kept': 1,
  // A body that cancels itself.
  'double abort': 1,
  // Submit, and cancel while it runs.
  'cancel does not reach the body': 2,
  // A tree is one step.
  'named child is created anew': 1,
  'failed child adds nothing': 1,
  // Sent to a task that was just created.
  'task queued CANCEL[2] removed': 1,
  // It has to run before.
  'task running UPDATE_PROGRESS[2] action dropped': 2,
  'supervisor starting STARTED[0] removed': 1,
};

/** By how many steps what is found may be longer. */
export const tolerance = 2;
