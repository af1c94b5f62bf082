/** A mistake that somebody could make in the shipped source. */
export interface Patch {
  readonly name: string;
  readonly file: string;
  /** Found exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What goes wrong by it. */
  readonly why: string;
}
