/** Names of members from the root of a JSON document on, and `[]` for the elements of an array. */
export type JsonPath = readonly string[];

/** Where the units of a JSON document lie, and which small values on the way are handed over. */
export interface JsonPlaces {
  /** Paths of arrays whose elements are units. */
  units: readonly JsonPath[];
  /** Paths of single values. */
  facts: readonly JsonPath[];
}

/** Longest name of a member that is compared, in bytes. */
export const MAX_NAME_BYTES = 64;

/** Most brackets that are followed by name; no path is longer. */
export const MAX_STEPS = 32;
