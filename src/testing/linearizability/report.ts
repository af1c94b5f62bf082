import type { Invocation } from './invocation.ts';
import type { Specification } from './specification.ts';
import { cut, inspected, printable } from './text.ts';
import { timeLine } from './time-line.ts';
import type { NotLinearizable } from './verdict.ts';

/** What fits into a terminal beside the frame that a test runner draws. */
const width = 110;
const widest = 60;
/** So many lines of a list say enough. */
const mostLines = 10;

/** The names that a specification gives, made fit for one line of a report. */
export class Wording<State, Operation, Answer> {
  readonly #specification: Specification<State, Operation, Answer>;

  constructor(specification: Specification<State, Operation, Answer>) {
    this.#specification = specification;
  }

  operation(operation: Operation): string {
    const shown = this.#specification.showOperation?.(operation);
    return shown === undefined ? inspected(operation, widest) : cut(printable(shown), widest);
  }

  answer(answer: Answer): string {
    const shown = this.#specification.showAnswer?.(answer);
    return shown === undefined ? inspected(answer, widest) : cut(printable(shown), widest);
  }

  state(state: State): string {
    const shown = this.#specification.showState?.(state);
    return shown === undefined ? inspected(state, widest) : cut(printable(shown), widest);
  }

  /** What was called, and what came of it as far as anybody knows. */
  invocation({ operation, answer, failed, returnedAt }: Invocation<Operation, Answer>): string {
    const called = this.operation(operation);
    if (failed === true) return `${called} failed`;
    if (returnedAt === undefined) return `${called} pending`;
    return answer === undefined ? called : `${called} → ${this.answer(answer)}`;
  }
}

/** Why there is no order, for a reader. */
export function report<State, Operation, Answer>(
  { key, prefix, overdue, refused }: Omit<NotLinearizable<Operation, Answer>, 'message'>,
  state: State,
  invocations: readonly Invocation<Operation, Answer>[],
  specification: Specification<State, Operation, Answer>,
): string {
  const words = new Wording(specification);
  const who = ({ client }: Invocation<Operation, Answer>) => cut(printable(String(client)), 20);
  const placed = prefix.map(
    ({ invocation }, index) => `${index + 1}. ${who(invocation)}: ${words.invocation(invocation)}`,
  );
  const tried = refused.map(
    ({ invocation, why }) => `- ${who(invocation)}: ${words.invocation(invocation)}: ${printable(why)}`,
  );
  const name = inspected(key, 40);
  return [
    `Expected the history of ${name} to be linearizable, but no order of its ${invocations.length} operations is legal.`,
    prefix.length === 0 ? 'None of them may come first.' : 'The longest legal beginning:',
    ...lastOf(placed),
    `Then the state is ${words.state(state)}. One of these has to come next, before ${who(overdue)}: ` +
      `${words.operation(overdue.operation)} returns at ${overdue.returnedAt}:`,
    ...lastOf(tried),
    `Time, up to that return:`,
    timeLine(invocations, overdue.returnedAt ?? 0, (invocation) => words.invocation(invocation), width),
  ].join('\n');
}

function lastOf(lines: readonly string[]): string[] {
  const left = lines.length - mostLines;
  return [
    ...(left > 0 ? [`  … ${left} more`] : []),
    ...lines.slice(-mostLines).map((line) => cut(`  ${line}`, width * 2)),
  ];
}
