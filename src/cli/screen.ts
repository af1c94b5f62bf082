import { createLogUpdate } from 'log-update';
import { systemClock } from '../index.ts';

/** Where a task is seen while it runs. */
export interface Screen {
  /** A line that stays. */
  note(line: string): void;
  /** Nothing moves any more; the terminal is as it was. */
  close(): void;
}

export interface View {
  /** The lines of a picture that moves, none wider or more than the terminal has. */
  picture(columns: number, rows: number): readonly string[];
  /** The same as one line. */
  line(): string;
  /** What is shown is brought up to date. */
  look(): void;
}

/** Ten pictures a second look alive, and cost next to nothing. */
const frameMs = 100;

/** A log needs fewer lines. */
const lineMs = 1_000;

/** A picture that moves where there is a terminal that can show it, plain lines elsewhere. */
export function openScreen(view: View, output: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Screen {
  const isCi = environment['CI'] !== undefined && !['', '0', 'false'].includes(environment['CI']);
  // A terminal without a size is some program's that only records.
  const isLive =
    output.isTTY && output.columns > 0 && output.rows > 0 && environment['TERM'] !== 'dumb' && !isCi;
  return isLive ? liveScreen(view, output) : plainScreen(view, output);
}

function liveScreen(view: View, output: NodeJS.WriteStream): Screen {
  const draw = createLogUpdate(output);
  let isDrawing = false;
  const frame = () => {
    view.look();
    isDrawing = true;
    draw(view.picture(output.columns, output.rows).join('\n'));
    isDrawing = false;
  };
  const release = [process.stdout, process.stderr]
    .filter((stream) => stream.isTTY)
    .map((stream) =>
      intercept(stream, () => {
        if (isDrawing) return false;
        isDrawing = true;
        draw.clear();
        isDrawing = false;
        return true;
      }),
    );
  const stop = every(frameMs, frame);
  frame();
  return {
    note(line) {
      isDrawing = true;
      draw.persist(line);
      isDrawing = false;
      frame();
    },
    close() {
      stop();
      isDrawing = true;
      draw.clear();
      draw.done();
      for (const give of release) give();
    },
  };
}

/** What others write, a body's `console.log` for instance, comes above the picture, in whole lines. */
function intercept(stream: NodeJS.WriteStream, makeRoom: () => boolean): () => void {
  const write = stream.write.bind(stream);
  let begun = '';
  stream.write = ((chunk: Uint8Array | string, ...rest: [encoding?: BufferEncoding]) => {
    if (!makeRoom()) return write(chunk, ...rest);
    const text = begun + (typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const end = text.lastIndexOf('\n') + 1;
    begun = text.slice(end);
    return write(text.slice(0, end), ...rest);
  }) as typeof stream.write;
  return () => {
    stream.write = write;
    if (begun !== '') write(`${begun}\n`);
  };
}

function plainScreen(view: View, output: NodeJS.WriteStream): Screen {
  let last: string | undefined;
  const tick = () => {
    view.look();
    const line = view.line();
    if (line !== last) output.write(`${line}\n`);
    last = line;
  };
  const stop = every(lineMs, tick);
  tick();
  return {
    note: (line) => void output.write(`${line}\n`),
    close() {
      stop();
      tick();
    },
  };
}

function every(ms: number, act: () => void): () => void {
  let timer = systemClock.setTimer(ms, again);
  function again() {
    timer = systemClock.setTimer(ms, again);
    act();
  }
  return () => timer.cancel();
}
