import { Fault } from '../../index.ts';

export type FastCheck = typeof import('fast-check');

/**
 * The user's fast-check, loaded when it is needed: whoever uses only the rest of this door does without.
 *
 * @throws NotSupported when it is not installed.
 */
export async function loadFastCheck(): Promise<FastCheck> {
  try {
    return await import('fast-check');
  } catch (cause) {
    throw new Fault(
      'NotSupported',
      'Expected fast-check to be installed, for it draws the commands. Run: npm install --save-dev fast-check',
      { cause },
    );
  }
}
