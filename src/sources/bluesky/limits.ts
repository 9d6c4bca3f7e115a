/** Longest header of a repository's file that is believed. */
export const MAX_HEADER_BYTES = 64 * 1024;
/** Bytes of a length: seven bits each, so up to 32 GiB. */
export const MAX_LENGTH_BYTES = 5;
