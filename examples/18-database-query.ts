// A long query that ends with its task: it goes row by row, lets the cancel in, and leaves nothing half done.
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as breathe } from 'node:timers/promises';
import { type BodyContext, createSupervisor, defineTask } from '../src/index.ts';

// #region code
const bill = defineTask({
  type: 'orders.bill',
  async run({ input: path, signal, task }: BodyContext<string>) {
    using database = new DatabaseSync(path); // its own: a transaction belongs to its connection
    database.exec('BEGIN');
    const orders = database.prepare('SELECT id, cents FROM orders');
    const insert = database.prepare('INSERT INTO bills (id, total) VALUES (?, ?)');
    let rows = 0;
    for (const { id = null, cents } of orders.iterate()) {
      insert.run(id, Number(cents) * 1.19);
      rows += 1;
      if (rows % 1_000 !== 0) continue;
      await task.updateProgress(rows / 1_000);
      await breathe(); // lets the cancel come in
      signal.throwIfAborted(); // closed without COMMIT: nothing of it remains
    }
    database.exec('COMMIT');
    return rows;
  },
});
// #endregion

await using folder = await mkdtempDisposable(join(tmpdir(), 'taskchart-'));
const path = join(folder.path, 'shop.db');
using shop = new DatabaseSync(path);
shop.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY, cents INTEGER)');
shop.exec('CREATE TABLE bills (id INTEGER PRIMARY KEY, total REAL)');
const hundredThousand = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)';
shop.exec(`${hundredThousand} INSERT INTO orders SELECT i, i % 500 FROM n`);
const count = () => shop.prepare('SELECT count(*) AS bills FROM bills').get()?.['bills'];

await using supervisor = await createSupervisor({ tasks: [bill] });

const task = await supervisor.submit(bill, path);
let seen = 0;
for await (const { progress = 0, cancelled } of task.watch()) {
  seen = Math.max(seen, progress);
  if (progress > 0 && !cancelled) console.log('cancel:', await task.cancel());
}
console.log('ended in', (await task.ended()).error?.fault.name, '– bills that are left:', count());
console.log('some rows had been billed:', seen > 0, '– all of them:', seen === 100);
console.log('again, to the end:', await (await supervisor.submit(bill, path)).result(), 'rows');
console.log('bills now:', count());

/* Prints:
cancel: requested
ended in RequestCanceled – bills that are left: 0
some rows had been billed: true – all of them: false
again, to the end: 100000 rows
bills now: 100000
*/
