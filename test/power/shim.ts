import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const source = join(import.meta.dirname, 'shim.c');

function said(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: Buffer | string };
  return `${message}\n${String(stderr ?? '')}`.trim();
}

function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @throws Error where it may not be installed: a test that needs it fails, and says why. */
function installCompiler(): void {
  try {
    const own = { stdio: 'pipe', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['update', '-qq'], own);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'gcc', 'libc6-dev'], own);
  } catch (error) {
    throw new Error(
      `Expected a C compiler (cc) for the shim of the power cuts, and it cannot be installed here. ${said(error)}`,
      { cause: error },
    );
  }
}

/** The shim is at this path, compiled. @throws Error that says what is missing. */
export function compileShim(path: string): void {
  if (process.platform !== 'linux')
    throw new Error(`Expected Linux, whose loader knows LD_PRELOAD, got ${process.platform}.`);
  if (!hasCompiler()) installCompiler();
  const flags = ['-O1', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC'];
  execFileSync('cc', [...flags, '-o', path, source, '-ldl', '-lpthread'], { stdio: 'pipe' });
}
