import type { StandardSchemaV1 } from '@standard-schema/spec';

type Answer = StandardSchemaV1.Result<unknown>;
export type Validate = (value: unknown) => Answer | Promise<Answer>;

/** A Standard Schema that answers what the test says. */
export function schemaOf(validate: Validate): StandardSchemaV1<unknown, unknown> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

/** One that answers, with the value as it is, when it is let. */
export function heldSchema() {
  const waiting: (() => void)[] = [];
  const schema = schemaOf((value) => new Promise((resolve) => waiting.push(() => resolve({ value }))));
  return { schema, release: () => waiting.splice(0).forEach((pass) => pass()) };
}
