import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { UsageError } from './usage.ts';

export interface InputOptions {
  readonly input?: string;
  readonly inputFile?: string;
}

/** The input that was given as JSON, in one way or none. @throws UsageError when it is none. */
export async function inputOf({ input, inputFile }: InputOptions, isFromStdin: boolean): Promise<unknown> {
  const ways = [input, inputFile, isFromStdin ? '-' : undefined].filter((way) => way !== undefined);
  if (ways.length > 1)
    throw new UsageError(
      'Expected the input in one way, got several.',
      'Give --input JSON, --input-file FILE, or -.',
    );
  if (input !== undefined) return parse(input, '--input');
  if (isFromStdin || inputFile === '-') return parse(await text(process.stdin), 'stdin');
  if (inputFile === undefined) return undefined;
  const content = await readFile(inputFile, 'utf8').catch((error: Error) => {
    throw new UsageError(
      `Expected a file of JSON at ${inputFile}, got: ${error.message}.`,
      'Check the path.',
    );
  });
  return parse(content, inputFile);
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(
      `Expected JSON in ${where}, got: ${(error as Error).message}.`,
      `A text needs quotes of its own: --input '"a text"'. From a file: --input-file FILE.`,
    );
  }
}
