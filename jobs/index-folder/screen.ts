import { createLogUpdate } from 'log-update';
import { clock, counted, number, size } from './format.ts';
import { picture } from './picture.ts';
import { Rate } from './rate.ts';
import type { Tally } from './tally.ts';

/** Where the job is seen. */
export interface Screen {
  /** A line that stays. */
  note(line: string): void;
  /** Nothing moves any more; the terminal is as it was. */
  close(): void;
}

export interface ScreenOptions {
  readonly folder: string;
  readonly tally: Tally;
  readonly everyMs: number;
  readonly output: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
}

/** Ten pictures a second look alive, and cost next to nothing. */
const frameMs = 100;

/** While a job is being canceled somebody waits for it. */
const cancelingMs = 1_000;

/** A picture that moves where there is a terminal that can show it, plain lines elsewhere. */
export function openScreen(options: ScreenOptions): Screen {
  const { output, environment } = options;
  const isCi = environment['CI'] !== undefined && !['', '0', 'false'].includes(environment['CI']);
  // A terminal without a size is some program's that only records.
  const isLive =
    output.isTTY && output.columns > 0 && output.rows > 0 && environment['TERM'] !== 'dumb' && !isCi;
  return isLive ? liveScreen(options) : plainScreen(options);
}

function liveScreen({ folder, tally, output }: ScreenOptions): Screen {
  const draw = createLogUpdate(output);
  const rate = new Rate(tally);
  let runningRows = 0;
  const frame = () => {
    const { columns, rows } = output;
    runningRows = Math.max(runningRows, tally.running.size);
    draw(picture(tally, { folder, ...rate.look(), columns, rows, runningRows }).join('\n'));
  };
  const timer = setInterval(frame, frameMs);
  frame();
  return {
    note(line) {
      draw.persist(line);
      frame();
    },
    close() {
      clearInterval(timer);
      draw.clear();
      draw.done();
    },
  };
}

function plainScreen({ folder, tally, output, everyMs }: ScreenOptions): Screen {
  const rate = new Rate(tally);
  const note = (line: string) => void output.write(`${line}\n`);
  let lastAt = 0;
  const tick = () => {
    const { elapsedMs, filesPerSecond, bytesPerSecond } = rate.look();
    if (elapsedMs - lastAt < (tally.isCanceling ? Math.min(everyMs, cancelingMs) : everyMs)) return;
    lastAt = elapsedMs;
    if (tally.isCanceling)
      return note(`${clock(elapsedMs)} canceling: ${counted(tally.running.size, 'file')} still running`);
    const done = `${number(tally.done)} of ${counted(tally.found, 'file')}${tally.isWalking ? ' so far' : ''}`;
    note(
      `${clock(elapsedMs)} ${tally.progress} %, ${done}, ${number(filesPerSecond)} files/s, ${size(bytesPerSecond)}/s`,
    );
  };
  note(`Indexing ${folder}`);
  const timer = setInterval(tick, Math.min(frameMs, everyMs));
  return { note, close: () => clearInterval(timer) };
}
