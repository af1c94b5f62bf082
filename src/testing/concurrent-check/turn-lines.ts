import { cut, printable } from '../linearizability/text.ts';
import type { ChartModel } from '../model-check/chart-model.ts';
import { shownReply } from '../model-check/reply.ts';
import type { Command } from './concurrent-program.ts';
import type { Heard, Run } from './concurrent-run.ts';
import { showAnswer, specificationOf } from './judgement.ts';

/** What happened in a run, one after the other: whose turn it was, and what was answered. */
export function turnLines(model: ChartModel, { program, taken, heard, keys, inputs }: Run): string[] {
  const words = specificationOf(model, inputs);
  const commands = new Map(program.clients.flat().map((command) => [command.id, command]));
  const placeOf = (key: string | undefined) => (keys.size > 1 ? ` of ${key}` : '');
  const callOf = ({ event, instance }: Command) => {
    const sent = event ? (words.showOperation?.(event) ?? event.type) : 'state';
    return `calls ${sent}${placeOf(keys.get(instance))}`;
  };
  const heardAt = (at: number) =>
    heard.filter((each) => each.at === at).map((each) => heardLine(each, placeOf));
  return taken.flatMap(({ client, label, key, haste, isCall }, index) => {
    const command = isCall ? commands.get(key.slice(0, key.lastIndexOf('#'))) : undefined;
    const what = command ? callOf(command) : label;
    const line = `${client === 'time' ? '' : `${client} `}${what}`;
    return [`${inShort(line)}${soon[haste] ?? ''}`, ...heardAt(index + 1)];
  });
}

const soon = ['', ', and in the same moment', ', and one round of promises later', ', and two rounds later'];

const widest = 80;

function inShort(text: string): string {
  return cut(printable(text), widest);
}

function heardLine({ client, key, reply, isUncertain }: Heard, placeOf: (key: string) => string): string {
  const isEnd = client === 'the end';
  const who = isEnd ? `in the end the state${placeOf(key)}` : client;
  if (reply.kind === 'silent') return `${who} is not answered`;
  if (isEnd) return inShort(`${who} is ${shownReply(reply)}`);
  if (reply.kind === 'answered') return inShort(`${client} is answered ${showAnswer(reply)}`);
  const after = isUncertain ? ', which leaves open whether it was done' : '';
  return `${inShort(`${client} gets ${shownReply(reply)}`)}${after}`;
}
