/** Enough of a pseudonym or hash to tell it apart at a glance; the whole one is in the address and on hover. */
export const shortId = (id: string, length = 10) => (id.length > length + 2 ? `${id.slice(0, length)}…` : id);
