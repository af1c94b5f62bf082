import { type Command, type Program, called } from './concurrent-program.ts';

/** Pairs of commands are left out where there are few. */
const fewCommands = 8;

/** Other ways to the same place are tried where there are very few. */
const veryFewCommands = 4;

/** A program that may differ as well. */
export interface Candidate {
  readonly program: Program;
  /** In so many other orders it is worth being tried. */
  readonly orders: number;
}

interface Ways {
  readonly simpler: (command: Command) => Iterable<Command>;
  readonly others: (command: Command) => readonly Command[];
}

/** Shorter programs, those that leave out most first. */
export function* shorterThan(program: Program): Iterable<Candidate> {
  const all = program.clients.flat();
  const most = all.length <= veryFewCommands ? 250 : 60;
  if (program.isSeenAtEnd) yield { program: { ...program, isSeenAtEnd: false }, orders: most };
  for (const shorter of [...withoutInstances(program), ...withoutClients(program), ...withoutChunks(program)])
    yield { program: shorter, orders: most };
  if (all.length <= fewCommands)
    for (const shorter of withoutPairs(program, all)) yield { program: shorter, orders: 40 };
  for (const joined of withFewerClients(program)) yield { program: joined, orders: 40 };
}

/** As long, but with less in them. */
export function* simplerThan(program: Program, { simpler }: Ways): Iterable<Candidate> {
  const simplest = (command: Command) => [...simpler(command)][0] ?? command;
  const clients = program.clients.map((commands) => commands.map(simplest));
  if (clients.flat().some((command, index) => command !== program.clients.flat()[index]))
    yield { program: { ...program, clients }, orders: 0 };
  for (const command of program.clients.flat())
    for (const next of simpler(command)) yield { program: replaced(program, command, next), orders: 0 };
}

/** Shorter by one command, because another does something else. */
export function* detoursOf(program: Program, { others }: Ways): Iterable<Candidate> {
  const all = program.clients.flat();
  if (all.length > veryFewCommands) return;
  for (const command of all)
    for (const other of others(command))
      for (const out of all)
        if (out !== command)
          yield { program: without(replaced(program, command, other), (each) => each === out), orders: 12 };
}

function* withoutClients(program: Program): Iterable<Program> {
  if (program.clients.length > 1)
    for (const commands of program.clients) yield without(program, (command) => commands.includes(command));
}

function* withoutChunks(program: Program): Iterable<Program> {
  const all = program.clients.flat();
  for (let length = Math.ceil(all.length / 2); length >= 1; length = length > 1 ? length >> 1 : 0) {
    for (let end = all.length; end > 0; end -= length) {
      const out = all.slice(Math.max(0, end - length), end);
      yield without(program, (command) => out.includes(command));
    }
  }
}

/** What is sent to the others alone. */
function* withoutInstances(program: Program): Iterable<Program> {
  const instances = called(program);
  if (instances.length > 1)
    for (const instance of instances) yield without(program, (command) => command.instance !== instance);
}

function* withoutPairs(program: Program, all: readonly Command[]): Iterable<Program> {
  for (const [index, first] of all.entries())
    for (const second of all.slice(index + 1))
      yield without(program, (command) => command === first || command === second);
}

/** What two clients do, one does. */
function* withFewerClients(program: Program): Iterable<Program> {
  const { clients } = program;
  for (const [index, commands] of clients.entries()) {
    for (const [other, more] of clients.entries()) {
      if (index === other) continue;
      const joined = clients.with(index, [...commands, ...more]);
      yield { ...program, clients: joined.filter((_, at) => at !== other) };
    }
  }
}

function replaced(program: Program, command: Command, by: Command): Program {
  const clients = program.clients.map((commands) => commands.map((each) => (each === command ? by : each)));
  return { ...program, clients };
}

function without(program: Program, isOut: (command: Command) => boolean): Program {
  const clients = program.clients.map((commands) => commands.filter((command) => !isOut(command)));
  return { ...program, clients: clients.filter((commands) => commands.length > 0) };
}
