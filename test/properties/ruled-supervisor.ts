import fc from 'fast-check';
import { leafOf, snapshotAt, step, supervisorMachine } from '../../machines/index.ts';
import type { SupervisorEvent } from '../../machines/index.ts';

/** In which leaves an event is answered how, and where it leads; undefined: it stays. */
type Row = readonly [event: string, from: RegExp, answer: string, to?: string];

const any = /./;
const live = /^(running|draining)/;

/** The life of a supervisor as the pages of its semantics tell it; the first row that fits is the rule. */
const rows: readonly Row[] = [
  ['STARTED', /^starting$/, 'ok', 'running'],
  ['SUBMIT', /^running$/, 'ok'],
  ['SUBMIT child', live, 'ok'],
  ['SUBMIT', /^draining/, 'SupervisorStopped'],
  ['OPERATE', live, 'ok'],
  ['CLAIM', /^running$/, 'ok'],
  ['CLAIM child', /^(running|draining\.finishing)$/, 'ok'],
  ['CLAIM', /^draining/, 'SupervisorStopped'],
  ['CLAIM child', /^draining/, 'SupervisorStopped'],
  ...['SUBMIT', 'SUBMIT child', 'OPERATE', 'CLAIM', 'CLAIM child', 'DRAIN'].map((event): Row => [
    event,
    /^failed$/,
    'StoreFailed',
  ]),
  ['EMPTY', /^running$/, 'nothing'],
  ['EMPTY', /^draining/, 'ok', 'stopped'],
  ['DRAIN', /^running$/, 'ok', 'draining.finishing'],
  ['DRAIN', /^draining/, 'nothing'],
  ['STOP', /^(starting|failed)$/, 'ok', 'stopped'],
  ['STOP', /^(running|draining\.finishing)$/, 'ok', 'draining.closing'],
  ['STOP', /^draining/, 'nothing'],
  ['OVERDUE', /^draining\.closing$/, 'ok', 'draining.evicting'],
  ['OVERDUE', /^draining\.evicting$/, 'ok', 'stopped'],
  // Who is stopping anyway has nobody left to whom it would be of use that the store failed.
  ['FAIL', /^draining\.(closing|evicting)$/, 'ok', 'stopped'],
  ['FAIL', /^(starting|running|draining\.finishing)$/, 'ok', 'failed'],
];

const none: Row = ['', any, 'InvalidState'];

export type SupervisorProgram = readonly SupervisorEvent[];

const child = fc.boolean();
const types = ['STARTED', 'DRAIN', 'EMPTY', 'STOP', 'OVERDUE', 'FAIL', 'OPERATE'] as const;

const event: fc.Arbitrary<SupervisorEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom(...types) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('SUBMIT' as const, 'CLAIM' as const), child }),
  },
);

/** How far it has come when chance begins: by chance alone few would get far. */
const beginnings: readonly (readonly (typeof types)[number][])[] = [
  [],
  ['STARTED'],
  ['STARTED', 'DRAIN'],
  ['STARTED', 'STOP'],
  ['STARTED', 'STOP', 'OVERDUE'],
  ['STARTED', 'FAIL'],
];

export const supervisorPrograms: fc.Arbitrary<SupervisorProgram> = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(event, { minLength: 1, maxLength: 16, size: 'max' }))
  .map(([begun, events]) => [...begun.map((type) => ({ type })), ...events]);

/** Sends a supervisor all of it, from its start or from where it runs, and yields what its chart says that the rules do not. */
export function* runSupervisor(program: SupervisorProgram): Iterable<{ law: string; what: string }> {
  let snapshot = snapshotAt(supervisorMachine, 'starting', {});
  for (const event of program) {
    const leaf = leafOf(snapshot.value);
    const name = 'child' in event && event.child ? `${event.type} child` : event.type;
    const [, , answer, to = leaf] = rows.find(([of, from]) => of === name && from.test(leaf)) ?? none;
    const next = step(supervisorMachine, snapshot, event);
    if (next.outcome !== answer)
      yield {
        law: 'a supervisor answers as the rules do',
        what: `${name} in ${leaf} is answered ${next.outcome}, expected ${answer}`,
      };
    snapshot = next.snapshot;
    const is = leafOf(snapshot.value);
    if (is !== to)
      yield {
        law: 'a supervisor goes where the rules lead',
        what: `${name} leads from ${leaf} to ${is}, expected ${to}`,
      };
  }
}
