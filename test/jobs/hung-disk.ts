// Preloaded into a program, it makes every read of an open file wait for ever, as a network drive does that is gone.
import { type FileHandle, open } from 'node:fs/promises';

await using file = await open(import.meta.filename);
const handles = Object.getPrototypeOf(file) as { read: FileHandle['read'] };
handles.read = (() => new Promise(() => {})) as unknown as FileHandle['read'];
