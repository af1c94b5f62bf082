import { rmSync } from 'node:fs';

/** Tells whoever started this process what came of it, and ends the process, whatever a peer has left behind in it. */
export function answer(folder: string, run: () => Promise<object>): void {
  function leave(): never {
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  }
  // Whoever asked is gone; that may have been before this line.
  process.on('disconnect', leave);
  if (!process.connected) leave();

  const say = (message: object) => process.send?.(message, leave);
  run().then(say, (error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }));
}
