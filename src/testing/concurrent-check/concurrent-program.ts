/** What one client does: it sends an event to an instance, or looks at its state when there is no event. */
export interface Command {
  /** Its name, also where others are left out. */
  readonly id: string;
  readonly instance: number;
  readonly event: { readonly type: string } | undefined;
}

/** What several clients do at once. */
export interface Program {
  /** Of each instance; those that nobody calls are not made. */
  readonly inputs: readonly unknown[];
  readonly clients: readonly (readonly Command[])[];
  /** All instances are looked at when everything has come to rest. */
  readonly isSeenAtEnd: boolean;
  /** The seed of what is left to chance in its run. */
  readonly chance: number;
}

export interface ProgramSize {
  readonly clients: number;
  readonly maxCommandsEach: number;
  readonly maxInstances: number;
}

/** The instances that are called, in order. */
export function called({ clients }: Program): number[] {
  return [...new Set(clients.flat().map(({ instance }) => instance))].toSorted((a, b) => a - b);
}
