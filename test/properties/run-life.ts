import { type TaskEvent, firstLife } from '../../machines/index.ts';
import { decide, snapshotOf } from '../../src/decide.ts';
import type { TaskRecord } from '../../src/index.ts';
import type { LifeProgram, LifeStep } from './life-program.ts';
import { isSame, ruled } from './ruled-life.ts';

const bornAt = 1_000;

function created({ driver, deadlineMs, owner, steps: _steps, ...input }: LifeProgram): TaskRecord {
  const deadlineAt = deadlineMs === undefined ? undefined : bornAt + deadlineMs;
  const worker = driver === 'creator' ? owner : undefined;
  const life = firstLife({ ...input, driver, worker, queuedAt: bornAt, deadlineAt });
  return { key: 't', order: 1, sequence: 1, leaf: 'queued', creation: {} as TaskRecord['creation'], life };
}

const onlySupervised = /^(BODY_RETURNED|BODY_THREW|EXPIRE|EVICT|UNRESPONSIVE|SAVE_CHECKPOINT|SPAWN)$/;
const ofAlarms = /^(EXPIRE|EVICT|UNRESPONSIVE)$/;

/** Who has no attempt has no fence but an old one, unless it is the runtime that speaks. */
function fenceOf({ life, leaf }: TaskRecord, by: 'body' | 'old body', type: string): number {
  const isHeld = leaf !== 'queued' && leaf !== 'running.joining';
  return by === 'body' && (isHeld || ofAlarms.test(type)) ? life.fence : life.fence - 1;
}

const ofBodies = /^(BODY_RETURNED|SAVE_CHECKPOINT)$/;

/** The event as it reaches this task; undefined: nobody would send it. */
function sentTo(
  record: TaskRecord,
  { event, by }: Extract<LifeStep, { do: 'send' }>,
  at: number,
): TaskEvent | undefined {
  if (record.life.driver === 'creator' && onlySupervised.test(event.type)) return undefined;
  // Where the body is gone nobody but an old one speaks like a body.
  const isOld = by === 'anybody' && record.leaf === 'running.joining' && ofBodies.test(event.type);
  if (by === 'anybody' && !isOld) return { ...event, at } as TaskEvent;
  const fence = isOld || by === 'anybody' ? record.life.fence - 1 : fenceOf(record, by, event.type);
  return { ...event, at, fence } as TaskEvent;
}

/** Sends a task all of it, and yields what the chart says that the rules do not. */
export function* runLife(program: LifeProgram): Iterable<{ law: string; what: string }> {
  let record = created(program);
  let at = bornAt;
  for (const step of program.steps) {
    if (step.do === 'children') {
      // Only a body has children that are waited for.
      if (program.driver === 'creator') continue;
      record = { ...record, children: { open: step.open, weight: step.weight, done: step.done } };
      continue;
    }
    at += step.ms;
    const event = sentTo(record, step, at);
    if (!event) continue;
    const expected = ruled({ ...record, children: record.children }, event);
    const { outcome, record: next } = decide(record, snapshotOf(record), event);
    const to = `${event.type} in ${record.leaf}`;
    if (outcome !== expected.answer)
      yield {
        law: 'the chart answers as the rules do',
        what: `${to} is answered ${outcome}, expected ${expected.answer}`,
      };
    if (next.leaf !== expected.leaf)
      yield {
        law: 'the chart leads where the rules do',
        what: `${to} leads to ${next.leaf}, expected ${expected.leaf}`,
      };
    if (!isSame(next.life, expected.life))
      yield {
        law: 'the chart changes what the rules do',
        what: `${to} makes ${JSON.stringify(next.life)}, expected ${JSON.stringify(expected.life)}`,
      };
    const isChanged = next.leaf !== record.leaf || !isSame(next.life, record.life);
    const grown = next.sequence - record.sequence;
    // A value that is set again may be a step, though nobody sees a difference.
    if (isChanged ? grown !== 1 : grown !== 0 && grown !== 1)
      yield {
        law: 'a change is one step of the sequence',
        what: `${to} leads from #${record.sequence} to #${next.sequence}`,
      };
    record = next;
  }
}
