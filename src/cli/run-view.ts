import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { type RecordStore, type RuntimeEvent, type TaskInfo, systemClock, taskInfo } from '../index.ts';
import type { View } from './screen.ts';
import { counted, paint, shown, stopwatch } from './text.ts';

/** More rows than any terminal has; a parent may have a hundred thousand children. */
const mostShown = 50;

const widestBar = 40;
/** A shorter bar tells nothing that the percentage beside it does not. */
const shortestBar = 5;

/** Rows around the children: title, bar, numbers, hint, and the line below where the cursor stands. */
const otherRows = 5;

/** A task and what runs below it, as it is known here. */
export class RunView implements View {
  readonly #records: RecordStore;
  readonly #output: NodeJS.WriteStream;
  readonly #start = systemClock.monotonic();
  /** What runs, and whether it is known to be below the root: in a file other tasks run as well. */
  readonly #running = new Map<string, boolean>();
  readonly #isAlone: boolean;
  #root: TaskInfo;
  #children: readonly TaskInfo[] = [];
  #ended = 0;
  #isReading = false;
  #childRows = 0;

  /** `isAlone`: nothing runs here but what is below the root. */
  constructor(root: TaskInfo, records: RecordStore, output: NodeJS.WriteStream, isAlone: boolean) {
    this.#root = root;
    this.#isAlone = isAlone;
    this.#records = records;
    this.#output = output;
  }

  /** The task is known to be so. */
  set root(info: TaskInfo) {
    this.#root = info;
  }

  get isOver(): boolean {
    return this.#root.state === 'success' || this.#root.state === 'error';
  }

  /** What happened to another task in this process. */
  hear(event: RuntimeEvent): void {
    if (event.kind !== 'changed' || event.key === this.#root.key) return;
    if (event.state === 'running') {
      if (!this.#running.has(event.key)) this.#running.set(event.key, this.#isAlone);
      return;
    }
    if (this.#running.get(event.key) === true && event.state !== 'queued') this.#ended += 1;
    this.#running.delete(event.key);
  }

  look(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    void this.#read();
  }

  async #read(): Promise<void> {
    const { key } = this.#root;
    try {
      const keys = [...this.#running.keys()].slice(0, mostShown);
      const [root, ...records] = await this.#records.read([key, ...keys]);
      if (root && root.sequence > this.#root.sequence) this.#root = taskInfo(root);
      const children = records.filter((record) => record?.creation.rootTaskKey === key);
      this.#children = children.map((record) => taskInfo(record as NonNullable<typeof record>));
      for (const child of children)
        if (child && this.#running.has(child.key)) this.#running.set(child.key, true);
    } catch {
      // Whoever awaits the end of the task hears of it.
    } finally {
      this.#isReading = false;
    }
  }

  line(): string {
    const { state, cancelled, progress } = this.#root;
    const word = state === 'running' && cancelled ? 'canceling' : state;
    const parts = [word, ...(progress === undefined ? [] : [`${progress} %`]), ...this.#counts()];
    const message = this.#message();
    return `${shown(this.#root.descriptionId)}: ${parts.join(', ')}${message && `, ${message}`}`;
  }

  picture(columns: number, rows: number): readonly string[] {
    const width = Math.max(columns - 1, 1);
    const { cancelled, state, unresponsiveSince } = this.#root;
    const isCanceling = cancelled && !this.isOver;
    const name = paint('bold', shown(this.#root.descriptionId), this.#output);
    const word = isCanceling ? paint('yellow', 'canceling: ', this.#output) : '';
    const stubborn = unresponsiveSince ? paint('yellow', ' ignores the abort', this.#output) : '';
    const lines = [
      `${word}${name}${state === 'queued' ? ' (queued)' : ''}${stubborn}  ${this.#message()}`,
      this.#overall(width),
      [stopwatch(systemClock.monotonic() - this.#start), ...this.#counts()].join(' · '),
      ...this.#rows(width, Math.max(rows - otherRows, 0)),
      paint(
        'dim',
        isCanceling ? 'Ctrl-C again tells what is known; a third exits at once.' : 'Ctrl-C cancels.',
        this.#output,
      ),
    ];
    return lines.map((line) => cliTruncate(line, width)).slice(0, Math.max(rows - 1, 1));
  }

  #message(): string {
    return shown(this.#root.description?.message ?? '');
  }

  get #runningCount(): number {
    if (this.#isAlone) return this.#running.size;
    return [...this.#running.values()].filter(Boolean).length;
  }

  #counts(): string[] {
    if (this.#runningCount + this.#ended === 0) return [];
    return [
      `${counted(this.#runningCount, 'child task')} running`,
      `${this.#ended.toLocaleString('en-US')} ended`,
    ];
  }

  #overall(width: number): string {
    const { progress } = this.#root;
    if (progress === undefined) return 'no progress yet';
    const text = `${progress} %`.padStart(5);
    return bar(progress / 100, width - text.length - 1, this.#output) + text;
  }

  /** The running children, oldest first, in as many rows as there is room for. The picture does not jump. */
  #rows(width: number, room: number): string[] {
    const all = this.#children;
    const hidden = this.#runningCount - all.length;
    const fits = all.length <= room && hidden <= 0 ? all : all.slice(0, Math.max(room - 1, 0));
    const rows = fits.map((info) => this.#row(info, width));
    const more = all.length - fits.length + Math.max(hidden, 0);
    if (more > 0 && room > 0) rows.push(`  … and ${more.toLocaleString('en-US')} more`);
    this.#childRows = Math.max(this.#childRows, rows.length);
    while (rows.length < Math.min(this.#childRows, room)) rows.push('');
    return rows;
  }

  #row({ descriptionId, entity, description, progress }: TaskInfo, width: number): string {
    const percent = `${progress ?? 0} %`.padStart(5);
    const head = `  ${bar((progress ?? 0) / 100, Math.min(Math.floor(width / 5), 16), this.#output)}${percent}  `;
    const name = [entity ?? descriptionId, description?.message ?? ''].join('  ').trim();
    return head + cliTruncate(shown(name), Math.max(width - stringWidth(head), 1));
  }
}

function bar(share: number, room: number, output: NodeJS.WriteStream): string {
  const width = Math.min(room, widestBar);
  if (width < shortestBar) return '';
  const full = Math.floor(share * width);
  return `${paint('cyan', '█'.repeat(full), output)}${paint('dim', '░'.repeat(width - full), output)} `;
}
