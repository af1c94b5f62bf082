import type { Fault } from '../../index.ts';
import { checkKnown, invalid } from '../arguments.ts';
import type { Invocation } from './invocation.ts';
import { inspected } from './text.ts';

const members = ['client', 'key', 'operation', 'calledAt', 'returnedAt', 'answer', 'failed'];

/** @throws Fault InvalidArgument when this cannot have happened. */
export function checkHistory(history: readonly Invocation<unknown, unknown>[]): void {
  if (!Array.isArray(history)) throw invalid('history', 'an array', history);
  for (let at = 0; at < history.length; at += 1)
    checkInvocation(history[at] as (typeof history)[0], `history[${at}]`);
  for (const indexes of byClient(history).values()) checkSequential(history, indexes);
}

function checkInvocation(invocation: Invocation<unknown, unknown>, where: string): void {
  // A misspelt `returnedAt` would make it pending, and hide what went wrong.
  checkKnown(where, invocation, members);
  const { client, key, calledAt, returnedAt, answer, failed } = invocation;
  if (typeof client !== 'string' && !Number.isFinite(client))
    throw invalid(`${where}.client`, 'a text or a number', client);
  if (typeof key !== 'string') throw invalid(`${where}.key`, 'a text', key);
  if (!('operation' in invocation)) throw invalid(`${where}.operation`, 'an operation', undefined);
  if (!Number.isFinite(calledAt)) throw invalid(`${where}.calledAt`, 'a finite number', calledAt);
  if (failed !== undefined && typeof failed !== 'boolean')
    throw invalid(`${where}.failed`, 'true or false', failed);
  if (returnedAt !== undefined) checkReturn(returnedAt, calledAt, where);
  else if (failed === true) throw invalid(`${where}.returnedAt`, 'a time, since it failed', returnedAt);
  if (answer === undefined) return;
  if (returnedAt === undefined) throw invalid(`${where}.answer`, 'left out, since it did not return', answer);
  if (failed === true) throw invalid(`${where}.answer`, 'left out, since it failed', answer);
}

function checkReturn(returnedAt: number, calledAt: number, where: string): void {
  if (!Number.isFinite(returnedAt)) throw invalid(`${where}.returnedAt`, 'a finite number', returnedAt);
  if (returnedAt < calledAt)
    throw invalid(`${where}.returnedAt`, `at least its calledAt, ${calledAt}`, returnedAt);
}

function byClient(history: readonly Invocation<unknown, unknown>[]): Map<string | number, number[]> {
  const clients = new Map<string | number, number[]>();
  for (const [index, { client }] of history.entries()) {
    const indexes = clients.get(client);
    if (indexes) indexes.push(index);
    else clients.set(client, [index]);
  }
  return clients;
}

/** A client calls again only after a return. */
function checkSequential(history: readonly Invocation<unknown, unknown>[], indexes: readonly number[]): void {
  const called = (index: number) => history[index]?.calledAt ?? 0;
  const returned = (index: number) => history[index]?.returnedAt ?? Number.POSITIVE_INFINITY;
  const sorted = indexes.toSorted((a, b) => called(a) - called(b) || returned(a) - returned(b));
  for (const [place, index] of sorted.entries()) {
    const next = sorted[place + 1];
    if (next === undefined || called(next) >= returned(index)) continue;
    const { client, returnedAt } = history[index] as (typeof history)[0];
    if (returnedAt === undefined) throw busy(`history[${next}].client`, client, index);
    throw invalid(
      `history[${next}].calledAt`,
      `at least ${returnedAt}, the return of history[${index}], since client ${inspected(client, 30)} calls one ` +
        'after the other',
      called(next),
    );
  }
}

/** Whoever waits for an answer calls nobody: what it calls meanwhile is another client's. */
export function busy(property: string, client: string | number, pending: number): Fault {
  const name = inspected(client, 30);
  return invalid(
    property,
    `another client than ${name}, whose call history[${pending}] has not returned`,
    client,
  );
}
