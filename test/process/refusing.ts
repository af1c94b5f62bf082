// A script whose store refuses one call, and that has nothing else to keep it alive. Run by alive.test.ts.
import { type RecordStore, type Store, createSupervisor, defineTask, memoryStore } from '../../src/index.ts';

const [, , method = '', nth = '1'] = process.argv;

let calls = 0;

/** The same, but of the named method one call is refused. */
function refusing<T extends object>(part: T): T {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) =>
        name === method && (calls += 1) === Number(nth)
          ? Promise.reject(new Error('Not now'))
          : (Reflect.apply(value, target, given) as unknown);
    },
  });
}

const inner = memoryStore({ leases: true });
const leases = inner.leases as NonNullable<Store['leases']>;
const store: Store = {
  ...inner,
  records: refusing<RecordStore>(inner.records),
  dispatch: refusing(inner.dispatch),
  leases: refusing(leases),
};

process.on('exit', (code) => {
  console.log(`code ${code}, ${calls >= Number(nth) ? 'refused' : 'not refused'}, ${said}`);
});

let said = 'no supervisor';
const work = defineTask({ type: 'work', run: () => 1 });
const supervisor = await createSupervisor({ tasks: [work], store });
said = 'nothing submitted';
const task = await supervisor.submit(work);
said = 'submitted';
void task.result().then(() => (said = 'done'));
