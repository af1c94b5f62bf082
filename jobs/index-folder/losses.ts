/** Neither a folder nor a file is to blame for a process that was killed, however often. */
export const anyNumberOfLosses = Number.MAX_SAFE_INTEGER;
