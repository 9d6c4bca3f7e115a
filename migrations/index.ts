import type { Migration } from 'kysely/migration';
import * as spine from './20261123T1800_spine.ts';

/** Every step, oldest first; steps that have shipped are never edited. */
export const migrations: Record<string, Migration> = {
  '20261123T1800_spine': spine,
};
