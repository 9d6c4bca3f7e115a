import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../open.ts';
import { dayMs, forms, type StepForm } from './forms.ts';

/** A row that a stretch is made of. */
export interface SourceRow {
  id: string;
  is: 'series' | 'event';
}

/** A local day begins at most so long before that of UTC, and ends so long behind it. */
const farthestMs = 14 * 3_600_000;

/**
 * Rows that each stretch of a participant's minutes or days may hold anything of, by the number of the stretch, each in one order. Told
 * by what lies in clear: some turn out to say nothing.
 */
export async function stretchRows(store: Store, participant: string, form: StepForm): Promise<Map<number, SourceRow[]>> {
  const stretches = new Map<number, SourceRow[]>();
  const add = (row: SourceRow, fromMs: number, toMs: number) => {
    const { stepMs, steps } = forms[form];
    for (let k = Math.floor(fromMs / (stepMs * steps)); k <= Math.floor(toMs / (stepMs * steps)); k++) {
      const rows = stretches.get(k);
      if (rows) rows.push(row);
      else stretches.set(k, [row]);
    }
  };
  const series = await store.db
    .selectFrom('series')
    .select(['id', 'day', 'start_ms', 'end_ms'])
    .where('participant', '=', participant)
    .where('signal', 'in', forms[form].samples)
    .where('form', '=', 'samples')
    .orderBy('id')
    .execute();
  for (const { id, day, start_ms, end_ms } of series) {
    if (form === 'minutes') add({ id, is: 'series' }, start_ms, end_ms);
    else add({ id, is: 'series' }, Date.parse(day), Math.max(Date.parse(day), end_ms + farthestMs));
  }
  if (forms[form].events) {
    for (const { id, day } of await newestEvents(store, participant)) {
      // The screen was unlocked the day before; a night ends on the day after the next at the latest.
      if (day !== '') add({ id, is: 'event' }, Date.parse(day) - dayMs, Date.parse(day) + 2 * dayMs);
    }
  }
  return stretches;
}

/** Of each event its newest version: the later one, then the one with the greater content. */
async function newestEvents(store: Store, participant: string): Promise<{ id: string; day: string }[]> {
  const { rows } = await sql<{ id: string; day: string }>`
    select event.id, event.day from record as event
    where event.participant = ${participant} and event.type = 'event' and not exists (
      select 1 from record as newer
      where newer.source = event.source and newer.record_key = event.record_key
        and (coalesce(newer.stated_until, newer.version) > coalesce(event.stated_until, event.version)
          or (coalesce(newer.stated_until, newer.version) = coalesce(event.stated_until, event.version)
            and newer.content_key > event.content_key)))
    order by event.id
  `.execute(store.db);
  return rows;
}

/** Names a stretch by all that it is made of: other rows, or another rule, make another one. */
export function stretchId(store: Store, study: string, participant: string, form: StepForm, stretch: number, rows: readonly SourceRow[]) {
  const made = createHash('sha256');
  for (const { id, is } of rows) made.update(`${is} ${id}\n`);
  const names = [participant, form, String(forms[form].rule), String(stretch)];
  return store.secrets
    .study(study)('signal-table', ...names, made.digest())
    .slice(0, 32);
}
