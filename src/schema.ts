import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Fault, show } from './fault.ts';

type Property = 'input' | 'result' | 'checkpoint';

/**
 * The value as the schema makes it. Without a schema, the value itself.
 *
 * @throws InvalidArgument with the schema's `issues`, each a message and a path.
 * @throws SystemError when the schema itself throws.
 */
export async function parseWith(
  schema: StandardSchemaV1 | undefined,
  value: unknown,
  property: Property,
): Promise<unknown> {
  if (!schema) return value;
  const outcome = await validate(schema, value, property);
  if (!outcome.issues) return outcome.value;
  const issues = outcome.issues.map(({ message, path }) => ({ message, path: pathOf(path) }));
  const [first] = issues;
  const where = first?.path.length ? `${property}.${first.path.join('.')}` : property;
  const message = `Expected ${where} to satisfy its schema, got ${show(value)}: ${first?.message ?? 'no reason given'}`;
  throw new Fault('InvalidArgument', message, { invalidProperty: where, issues });
}

async function validate(schema: StandardSchemaV1, value: unknown, property: Property) {
  try {
    const outcome = await schema['~standard'].validate(value);
    if (typeof outcome === 'object' && outcome !== null) return outcome;
    throw new TypeError(`Expected a value or issues, got ${show(outcome)}`);
  } catch (error) {
    throw new Fault(
      'SystemError',
      `Expected the schema of ${property} to give issues, but it threw ${show(error)}.`,
      {
        cause: error,
      },
    );
  }
}

function pathOf(path: StandardSchemaV1.Issue['path']): string[] {
  return (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
}
