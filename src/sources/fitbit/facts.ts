import { baseName, type Entry } from '../reading/container.ts';
import { parseRows } from '../reading/csv-rows.ts';
import { textOfEntry } from '../reading/entry-text.ts';
import { numberFrom } from '../reading/measurements.ts';

/** What an export says about the account. */
export interface AccountFacts {
  /** The account's own zone, by which the vendor draws days; null where the profile is not there. */
  zone: string | null;
  heightCm: number | null;
  /** Names by which the account may be declared, in lower case. */
  names: string[];
}

export const noFacts: AccountFacts = { zone: null, heightCm: null, names: [] };

/** Reads `Profile.csv`; what is missing or unreadable stays unknown. */
export async function readFacts(entries: readonly Entry[]): Promise<AccountFacts> {
  const entry = entries.find(({ name, refused }) => baseName(name) === 'profile.csv' && refused === null);
  const text = entry === undefined ? null : await textOfEntry(entry);
  const [header, cells] = text === null ? [] : parseRows(text.split(/\r?\n/).slice(0, 2), ',');
  if (!header || !cells) return noFacts;
  const field = (name: string): string | null => cells[header.indexOf(name)]?.trim() || null;
  const height = numberFrom(field('height'));
  return {
    zone: field('timezone'),
    heightCm: height > 0 ? height : null,
    names: ['id', 'username', 'email_address', 'display_name'].flatMap((name) => field(name)?.toLowerCase() ?? []),
  };
}
