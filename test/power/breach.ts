/** Something that was promised and is not so after a power cut. */
export interface Breach {
  readonly law: Law;
  readonly message: string;
}

export const laws = {
  whole: 'the file is whole, and its counts are those of its records',
  kept: 'what was acknowledged is there',
  inOrder: 'nothing is there without all that was acknowledged before it was asked for',
  undivided: 'a commit is there whole or not at all',
  goesOn: 'the store goes on from there',
  synced: 'every acknowledgement follows the sync of what it acknowledges',
} as const;

export type Law = keyof typeof laws;
