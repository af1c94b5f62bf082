import type { TaskRecord } from '../../src/index.ts';
import type { Breach } from './breach.ts';
import type { Mark } from './log.ts';
import { keyOf } from './records.ts';

const nameOf = ({ values: [client = '', number = ''] }: Mark) => keyOf(client, Number(number));

/** Of two commits the later one is not there alone, where the first was acknowledged before the second was asked for. */
function outOfOrder(marks: readonly Mark[], present: ReadonlySet<string>): Breach[] {
  let lost: string | undefined;
  for (const mark of marks) {
    const name = nameOf(mark);
    if (mark.word === 'acknowledged' && !present.has(name)) lost ??= name;
    if (mark.word === 'sent' && lost !== undefined && present.has(name))
      return [
        { law: 'inOrder', message: `${name} is there, and ${lost} is not, which was acknowledged before` },
      ];
  }
  return [];
}

function lost(marks: readonly Mark[], present: ReadonlySet<string>): Breach[] {
  const missing = marks.filter((mark) => mark.word === 'acknowledged' && !present.has(nameOf(mark)));
  const [first] = missing;
  if (!first) return [];
  return [
    {
      law: 'kept',
      message: `${missing.length} acknowledged commits are lost, the first is ${nameOf(first)}`,
    },
  ];
}

/** Each commit inserts a record and makes a step of its client's own: either both are there or none. */
function divided(records: readonly TaskRecord[]): Breach[] {
  const owners = records.filter(({ key }) => !key.includes('/'));
  return owners.flatMap(({ key, sequence }): Breach[] => {
    const numbers = records.filter((record) => record.key.startsWith(`${key}/`)).length;
    if (numbers === sequence - 1) return [];
    return [
      { law: 'undivided', message: `${key} has ${numbers} records and has made ${sequence - 1} steps` },
    ];
  });
}

/** The store numbers what it inserts: what is there is a beginning of it. */
function withHoles(records: readonly TaskRecord[]): Breach[] {
  const at = records.findIndex(({ order }, index) => order !== index + 1);
  if (at < 0) return [];
  return [
    {
      law: 'inOrder',
      message: `of the inserted records number ${at + 1} is missing, and later ones are there`,
    },
  ];
}

/** What is not as it was promised, of the records that are there after a cut before which these marks were made. */
export function judgeRecords(marks: readonly Mark[], records: readonly TaskRecord[]): Breach[] {
  const present = new Set(records.map(({ key }) => key));
  return [...lost(marks, present), ...outOfOrder(marks, present), ...divided(records), ...withHoles(records)];
}
