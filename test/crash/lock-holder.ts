import { DatabaseSync } from 'node:sqlite';

// Holds the write lock of a file: until it is told to let go, or for so many milliseconds.
const [, , path = '', heldMs] = process.argv;
const database = new DatabaseSync(path, { timeout: 5_000 });
database.exec('BEGIN IMMEDIATE');
process.stdout.write('locked');

function letGo(): void {
  database.exec('COMMIT');
  database.close();
  process.stdout.write('free');
  process.stdin.destroy();
}

if (heldMs === undefined) process.stdin.once('data', letGo);
else setTimeout(letGo, Number(heldMs));
