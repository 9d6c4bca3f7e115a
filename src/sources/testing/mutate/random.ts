/** Whole numbers from 0 to below a bound, the same for the same seed. */
export type Random = (below: number) => number;

/** mulberry32 (T. Ettinger, public domain): 32 bits of state, uniform. */
export function seededRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) >>> 0;
  return (below) => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The seed of a numbered file of a kind: FNV-1a over all three, so that kinds do not meet the same faults. */
export function seedOf(kind: string, seed: number, number: number): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(`${kind}\0${seed}\0${number}`)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T;
}
