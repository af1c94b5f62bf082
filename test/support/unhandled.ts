interface Unhandled extends AsyncDisposable {
  readonly seen: readonly unknown[];
}

/** Collects what would have ended the process, instead of whoever listens for it otherwise. */
export function unhandled(): Unhandled {
  const names = ['unhandledRejection', 'uncaughtException'] as const;
  const seen: unknown[] = [];
  const others = names.map((name) => process.listeners(name as 'uncaughtException'));
  const listener = (error: unknown) => void seen.push(error);
  for (const name of names) process.removeAllListeners(name).on(name as 'uncaughtException', listener);
  return {
    seen,
    async [Symbol.asyncDispose]() {
      await thrownLater();
      names.forEach((name, index) => {
        process.off(name, listener);
        for (const other of others[index] ?? []) process.on(name as 'uncaughtException', other);
      });
    },
  };
}

/** What is rethrown in a timer, as XState does, has been. */
export function thrownLater(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve));
}
