type Become = (name: string) => void;

const charts: Become[] = [];

/** Called by each chart that is loaded: it is told which mutant it is from now on. */
export function follow(become: Become): void {
  charts.push(become);
}

/** The charts are those of this mutant; of a name that none of them knows they are as they are written. */
export function become(name: string): void {
  for (const chart of charts) chart(name);
}
