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

/** Why there is no order, for a reader. What is overdue has not returned where nobody waits for it any longer. */
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
  const count = invocations.length;
  const what =
    count === 1 ? 'its only operation is not legal' : `no order of its ${count} operations is legal`;
  const { operation, returnedAt } = overdue;
  const last = `${who(overdue)}: ${words.operation(operation)}`;
  const due =
    returnedAt === undefined ? `but ${last} is not answered` : `before ${last} returns at ${returnedAt}`;
  const [place, come] =
    prefix.length === 0 ? ['It begins in the state', 'first'] : ['Then the state is', 'next'];
  return [
    `Expected the history of ${inspected(key, 40)} to be linearizable, but ${what}.`,
    ...(prefix.length === 0 ? [] : ['The longest legal beginning:', ...lastOf(placed)]),
    `${place} ${words.state(state)}. One of these has to come ${come}, ${due}:`,
    ...lastOf(tried),
    returnedAt === undefined ? 'Time:' : 'Time, up to that return:',
    timeLine(invocations, returnedAt ?? endOf(invocations), (each) => words.invocation(each), width),
  ].join('\n');
}

/** The last moment of which anything is known. */
function endOf(invocations: readonly Invocation<unknown, unknown>[]): number {
  return invocations.reduce(
    (end, { calledAt, returnedAt = calledAt }) => Math.max(end, returnedAt),
    -Infinity,
  );
}

function lastOf(lines: readonly string[]): string[] {
  const left = lines.length - mostLines;
  return [
    ...(left > 0 ? [`  … ${left} more`] : []),
    ...lines.slice(-mostLines).map((line) => cut(`  ${line}`, width * 2)),
  ];
}
