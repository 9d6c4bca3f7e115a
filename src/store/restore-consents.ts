import type { Transaction } from 'kysely';
import { Consent } from '../../schema/policy.ts';
import { appendAudit } from './audit.ts';
import type { BackupManifest } from './backup-format.ts';
import { eraseUncovered, type Uncovered } from './erase-uncovered.ts';
import type { Store } from './open.ts';
import type { Tables } from './tables.ts';
import type { Refuse } from './uncovered-series.ts';
import { cleanFiles } from './withdraw.ts';

/** What a restore does with the consents of a backup. */
export interface RestoredConsents {
  /** Participants whose consent has been replaced, or applied, since: it holds as the key store knows it. */
  carried: string[];
  /** What of theirs was stored and is not covered, by source and reason: it was erased. */
  erased: Uncovered[];
  /** Participants of whom the key store does not tell: their consent is that of the backup. */
  unknown: string[];
  /** When the backup was made. */
  madeAt: string;
}

/** In `meta` from the loading of the rows until what their consents do not cover is erased. */
export const unfinished = 'restore-unfinished';

/**
 * Gives participants the consents that hold now, in the transaction that loads the rows: none is stored with a wider one.
 * @returns whose stored rows must be held against it, and of whom nothing is known
 */
export async function carryConsents(
  store: Store,
  tx: Transaction<Tables>,
  manifest: BackupManifest,
): Promise<Pick<RestoredConsents, 'carried' | 'unknown'>> {
  const known = await store.keys.consents();
  const then = new Map(manifest.consents.map(({ participant, ...counts }) => [participant, counts]));
  const keyed = new Set(await store.keys.participants());
  const [carried, unknown]: [string[], string[]] = [[], []];
  for (const { id, consent } of await tx.selectFrom('participant').select(['id', 'consent']).orderBy('id').execute()) {
    // Who has withdrawn is erased whole.
    if (!keyed.has(id)) continue;
    const [now, before] = [known.get(id), then.get(id) ?? { number: 0, applied: 0 }];
    // Also a key store that is older than the backup.
    if (now === undefined || now.number < before.number) unknown.push(id);
    // It is noted before the store has it: as often replaced, and another, it is the later one all the same.
    else if (now.consent !== consent || now.applied > before.applied) {
      await tx.updateTable('participant').set({ consent: now.consent }).where('id', '=', id).execute();
      carried.push(id);
    }
  }
  if (carried.length > 0) await tx.insertInto('meta').values({ key: unfinished, value: manifest.madeAt }).execute();
  return { carried, unknown };
}

/** Erases what the consents that were carried over do not cover, as far as the backup brought it back. Who has withdrawn is gone by now. */
export async function eraseAgain(
  store: Store,
  found: Pick<RestoredConsents, 'carried' | 'unknown'>,
  refuse: (consent: Consent) => Refuse,
): Promise<Omit<RestoredConsents, 'madeAt'>> {
  const left = await store.db.selectFrom('participant').select(['id', 'study', 'consent']).orderBy('id').execute();
  const carried = left.filter(({ id }) => found.carried.includes(id));
  const erased: Uncovered[] = [];
  for (const { id, study, consent } of carried) {
    const { uncovered } = await eraseUncovered(store, id, refuse(Consent.parse(JSON.parse(consent))));
    if (uncovered.length === 0) continue;
    erased.push(...uncovered);
    await appendAudit(store, { actor: 'restore', action: 'consent-applied', study, object: id });
  }
  await store.db.deleteFrom('meta').where('key', '=', unfinished).execute();
  await cleanFiles(store);
  const ids = new Set(left.map(({ id }) => id));
  return { carried: carried.map(({ id }) => id), erased, unknown: found.unknown.filter((id) => ids.has(id)) };
}
