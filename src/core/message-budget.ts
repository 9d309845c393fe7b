/** Bytes; what mailbox providers accept at most. */
export const LARGEST_MESSAGE = 25 * 1024 * 1024;
