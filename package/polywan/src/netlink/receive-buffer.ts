/** What the kernel puts into one datagram is at most a page or 8 kB, except in dumps, where it goes by this size. */
const RECEIVE_BYTES = 16 * 1024;

/** For every netlink socket: each datagram is taken in whole before the next one is received. */
export const receiveBuffer = new Uint8Array(RECEIVE_BYTES);
