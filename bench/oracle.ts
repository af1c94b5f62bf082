import { Child } from './child.ts';
import type { Answered, Asked } from './oracle-worker.ts';
import type { Rows } from './report.ts';
import { median, significant } from './statistics.ts';

export const title = 'Oracle: is a concurrent history linearizable?';

export const method =
  'Wall time of one `linearizable(history, specification)`, the median and the largest of five random histories, each in a ' +
  'fresh process: nothing is warm. 12 clients take turns at random between call, effect and return. `register`: as many ' +
  'reads as writes of 1,000 values. `task`: the chart is the specification; events of clients and of the runtime, and reads. ' +
  'Lost: a fifth, or a hundredth, of the operations failed, half of them with their effect. Forged: an answer in the last ' +
  'quarter that cannot have been.';

const times = 5;

type Case = Partial<Asked> & Pick<Asked, 'object'>;

const cases: Readonly<Record<string, Case>> = {
  'register, 50 keys': { object: 'register' },
  'register, 50 keys, forged': { object: 'register', isForged: true },
  'register, 50 keys, a fifth lost': { object: 'register', lost: 20 },
  'register, 1 key': { object: 'register', keys: 1 },
  'register, 1 key, a hundredth lost': { object: 'register', keys: 1, lost: 1 },
  'task, 50 keys': { object: 'task' },
  'task, 50 keys, forged': { object: 'task', isForged: true },
  'task, 50 keys, a fifth lost': { object: 'task', lost: 20 },
};

export async function measure(quick: boolean): Promise<Rows> {
  const rows: Rows = {};
  for (const [name, asked] of Object.entries(cases)) {
    const answers: Answered[] = [];
    for (let seed = 1; seed <= (quick ? 1 : times); seed += 1) {
      const operations = quick ? 200 : 2_000;
      answers.push(
        await alone({ clients: 12, operations, keys: 50, lost: 0, isForged: false, ...asked, seed }),
      );
    }
    const ms = answers.map((answer) => answer.ms);
    rows[name] = {
      ms: significant(median(ms)),
      largest: significant(Math.max(...ms)),
      configurations: median(answers.map(({ configurations }) => configurations)),
      linearizable: [...new Set(answers.map(({ verdict }) => verdict))].join(', '),
    };
  }
  return rows;
}

async function alone(asked: Asked): Promise<Answered> {
  const child = new Child<Asked, Answered>('oracle', 'taskchart');
  try {
    return await child.ask(asked);
  } finally {
    child.stop();
  }
}
