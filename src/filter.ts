import type { TaskState } from '../machines/task.ts';
import { invalidArgument } from './fault.ts';
import { known } from './options.ts';
import type { RecordFilter } from './store.ts';

type OneOrMore<T> = T | readonly T[];

/** Which tasks are meant: members are ANDed, lists ORed. */
export interface TaskFilter {
  readonly state?: OneOrMore<TaskState>;
  readonly type?: OneOrMore<string>;
  readonly entity?: OneOrMore<string>;
  /** `''`: those without a tag. */
  readonly tag?: OneOrMore<string>;
  readonly activationId?: OneOrMore<string>;
  readonly parentTaskKey?: OneOrMore<string>;
  readonly rootTaskKey?: OneOrMore<string>;
  /** Queued, and of a type that this supervisor was not given: it waits for one that was. */
  readonly unknownType?: boolean;
}

const states: readonly string[] = ['queued', 'running', 'success', 'error'] satisfies TaskState[];

const members = [
  'state',
  'type',
  'entity',
  'tag',
  'activationId',
  'parentTaskKey',
  'rootTaskKey',
  'unknownType',
] as const;

/** The filter as a store understands it. */
export function recordFilter(filter: TaskFilter, knownTypes: readonly string[]): RecordFilter {
  known('filter', filter, members);
  const { unknownType } = filter;
  const unknown = texts('state', filter.state)?.find((state) => !states.includes(state));
  if (unknown !== undefined) throw invalidArgument('filter.state', `of ${states.join(', ')}`, unknown);
  return {
    states: texts('state', filter.state) as TaskState[] | undefined,
    types: texts('type', filter.type),
    entities: texts('entity', filter.entity),
    tags: texts('tag', filter.tag),
    activationIds: texts('activationId', filter.activationId),
    parentTaskKeys: texts('parentTaskKey', filter.parentTaskKey),
    rootTaskKeys: texts('rootTaskKey', filter.rootTaskKey),
    ...(unknownType === true ? { typesOtherThan: knownTypes, states: ['queued'], driver: 'supervisor' } : {}),
  };
}

function texts(member: string, value: OneOrMore<string> | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = typeof value === 'string' ? [value] : value;
  if (Array.isArray(list) && list.every((text) => typeof text === 'string')) return list as string[];
  throw invalidArgument(`filter.${member}`, 'a text or a list of texts', value);
}
