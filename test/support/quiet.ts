/** How many rounds of the event loop: more than any chain of steps of the memory store takes. */
const rounds = 3;

/** All that could follow from what happened has followed: nothing is left but timers and what a test holds back. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** How a promise stands once all is quiet. */
export async function standing<T>(promise: PromiseLike<T>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  let state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  promise.then(
    () => void (state = 'fulfilled'),
    () => void (state = 'rejected'),
  );
  await quiet();
  return state;
}

/** What a promise settles with without any help of a clock; a rejection comes as its reason. */
export async function settled(promise: PromiseLike<unknown>): Promise<unknown> {
  const state = await standing(promise);
  if (state === 'pending')
    throw new Error('Expected the promise to settle, but it is pending and all is quiet.');
  return promise.then(
    (value) => value,
    (error: unknown) => error,
  );
}
