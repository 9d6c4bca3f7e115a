import { type Completeness, type CompletenessSource, deviceStates, type GapCause } from '../../schema/completeness.ts';
import type { Outcomes } from '../../schema/ledger.ts';
import { Consent } from '../../schema/policy.ts';
import { daysUntil, expectedByRate, gapsOf, judgeDays, type SourceFacts, type Stretch, statesOf } from './completeness-days.ts';
import { outcomeSums } from './explore-outcomes.ts';
import { keyUnlessGone } from './keys.ts';
import { listLapses } from './lapses.ts';
import type { Store } from './open.ts';
import { unseal } from './seal.ts';
import { isPushed, type SourceSettings } from './sources.ts';
import { requireStudy } from './studies.ts';

export interface CompletenessFilter {
  source?: string;
  /** A pseudonym. */
  participant?: string;
  from?: string;
  to?: string;
}

const none: Outcomes = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

/**
 * For every source and day: what was expected, what came, what became of it, and why something is missing, where that is known.
 * Without `to`, a source that goes on (read on time, pushed, fed) is judged up to the last day on which anything of the study arrived
 * or lies, and one that is an export up to its own last day or the end of the consent.
 * @throws AfferentError `unknown-study`
 */
export async function studyCompleteness(store: Store, study: string, filter: CompletenessFilter): Promise<Completeness> {
  await requireStudy(store, study);
  const sources = await sourcesOf(store, study, filter);
  const days = await outcomesByDay(store, study);
  const arrivals = await lastArrivals(store, study);
  const recordings = await recordingStretches(store, study);
  const samples = await sampledSources(store, study);
  const said = await saidByDevices(store, study);
  const lapses = await listLapses(store, study);
  const states = await stateSamples(store, study);
  const ends = [...arrivals.values(), ...[...days.values()].flatMap(({ own }) => [...own.keys()])].filter((day) => day !== '').sort();
  const end = ends.at(-1) ?? null;
  const list: CompletenessSource[] = [];
  for (const source of sources) {
    const { own, mostAtOnce } = days.get(source.id) ?? noDays();
    const rates = recordings.get(source.id) ?? [];
    const settings = await settingsOf(store, source);
    const declared = settings?.expected ?? null;
    const consent = consentDays(source.consent);
    const facts: SourceFacts = {
      days: own,
      mostAtOnce,
      declared,
      byRate: declared === null ? expectedByRate(rates) : new Map(),
      continuous: rates.length > 0 || samples.has(source.id),
      erased: source.participant === null,
      consent,
      lastArrival: arrivals.get(source.id) ?? null,
      lapses: lapses.flatMap(({ source: of, from, to }) => (of === source.id ? [{ from: from.slice(0, 10), to: to.slice(0, 10) }] : [])),
      said: said.get(source.participant ?? '') ?? new Map(),
      states: states.get(source.id) ?? new Map(),
    };
    const goesOn = source.every_seconds !== null || (settings !== null && isPushed(settings.path));
    const until = goesOn ? end : consent.to !== null && end !== null && consent.to < end ? consent.to : null;
    const judged = judgeDays(facts, { from: filter.from ?? null, to: filter.to ?? until });
    const expected = judged.reduce<number | null>((sum, day) => (day.expected === null ? sum : (sum ?? 0) + day.expected), null);
    list.push({
      source: source.id,
      kind: source.kind,
      participant: source.participant,
      rule: declared !== null ? 'declared' : rates.length > 0 ? 'rate' : 'none',
      from: judged[0]?.day ?? null,
      to: judged.at(-1)?.day ?? null,
      states: statesOf(judged),
      expected,
      totals: total([...judged, own.get('') ?? none]),
      undated: own.get('') ?? none,
      gaps: gapsOf(judged),
      days: judged,
    });
  }
  const froms = list.flatMap((source) => source.from ?? []).sort();
  const tos = list.flatMap((source) => source.to ?? []).sort();
  return { study, from: froms[0] ?? null, to: tos.at(-1) ?? null, sources: list };
}

type Source = Awaited<ReturnType<typeof sourcesOf>>[number];

async function sourcesOf(store: Store, study: string, filter: CompletenessFilter) {
  return store.db
    .selectFrom('source')
    .leftJoin('participant', 'participant.id', 'source.participant')
    .select(['source.id', 'source.kind', 'source.participant', 'source.settings', 'source.every_seconds', 'participant.consent'])
    .where('source.study', '=', study)
    .$if(filter.source !== undefined, (query) => query.where('source.id', '=', filter.source as string))
    .$if(filter.participant !== undefined, (query) => query.where('source.participant', '=', filter.participant as string))
    .orderBy('source.participant')
    .orderBy('source.kind')
    .orderBy('source.id')
    .execute();
}

interface DaysOfSource {
  own: Map<string, Outcomes>;
  mostAtOnce: Map<string, number>;
}

const noDays = (): DaysOfSource => ({ own: new Map(), mostAtOnce: new Map() });

async function outcomesByDay(store: Store, study: string): Promise<Map<string, DaysOfSource>> {
  const rows = await store.db
    .selectFrom('ledger')
    .innerJoin('batch', 'batch.id', 'ledger.batch')
    .select(['batch.source', 'ledger.day', ...outcomeSums('ledger')])
    .select((eb) => eb.fn.max(eb('ledger.stored', '+', eb.ref('ledger.duplicate'))).as('most'))
    .where('batch.study', '=', study)
    .groupBy(['batch.source', 'ledger.day'])
    .execute();
  const sources = new Map<string, DaysOfSource>();
  for (const { source, day, most, ...outcomes } of rows) {
    if (outcomes.received === 0) continue;
    const days = sources.get(source) ?? noDays();
    days.own.set(day, outcomes);
    days.mostAtOnce.set(day, Number(most));
    sources.set(source, days);
  }
  return sources;
}

/** Day (UTC) on which something of each source last arrived and was read. */
async function lastArrivals(store: Store, study: string): Promise<Map<string, string>> {
  const rows = await store.db
    .selectFrom('batch')
    .select(['source', (eb) => eb.fn.max('arrived_at').as('at')])
    .where('study', '=', study)
    .groupBy('source')
    .execute();
  return new Map(rows.map((row) => [row.source, String(row.at).slice(0, 10)]));
}

async function recordingStretches(store: Store, study: string): Promise<Map<string, Stretch[]>> {
  const rows = await store.db
    .selectFrom('series')
    .select(['source', 'stream_key', 'day', 'rate', (eb) => eb.fn.min('start_ms').as('start'), (eb) => eb.fn.max('end_ms').as('end')])
    .where('study', '=', study)
    .where('form', '=', 'regular')
    .groupBy(['source', 'stream_key', 'day', 'rate'])
    .execute();
  const sources = new Map<string, Stretch[]>();
  for (const { source, stream_key: stream, day, rate, start, end } of rows) {
    const list = sources.get(source) ?? [];
    list.push({ stream, day, startMs: Number(start), endMs: Number(end), rate: rate ?? 0 });
    sources.set(source, list);
  }
  return sources;
}

/** Sources with samples: steps, heart rate. */
async function sampledSources(store: Store, study: string): Promise<Set<string>> {
  const rows = await store.db
    .selectFrom('series')
    .select('source')
    .distinct()
    .where('study', '=', study)
    .where('form', '=', 'samples')
    .execute();
  return new Set(rows.map((row) => row.source));
}

/** What devices said of a participant's days; of several on one day the one that explains most. */
async function saidByDevices(store: Store, study: string): Promise<Map<string, Map<string, GapCause>>> {
  const signals = Object.keys(deviceStates);
  const rows = await store.db
    .selectFrom('series')
    .select(['participant', 'day', 'signal', (eb) => eb.fn.max('end_ms').as('end')])
    .where('study', '=', study)
    .where('signal', 'in', signals)
    .groupBy(['participant', 'day', 'signal'])
    .execute();
  const said = new Map<string, Map<string, GapCause>>();
  rows.sort((a, b) => signals.indexOf(b.signal) - signals.indexOf(a.signal));
  for (const { participant, day, signal, end } of rows) {
    const days = said.get(participant) ?? new Map<string, GapCause>();
    for (const each of daysUntil(day, Number(end))) days.set(each, deviceStates[signal] as GapCause);
    said.set(participant, days);
  }
  return said;
}

/** Samples that say of a source's device why it measured nothing, by source and day. */
async function stateSamples(store: Store, study: string): Promise<Map<string, Map<string, number>>> {
  const rows = await store.db
    .selectFrom('series')
    .select(['source', 'day', (eb) => eb.fn.sum('samples').as('samples')])
    .where('study', '=', study)
    .where('signal', 'in', Object.keys(deviceStates))
    .groupBy(['source', 'day'])
    .execute();
  const sources = new Map<string, Map<string, number>>();
  for (const { source, day, samples } of rows) {
    const days = sources.get(source) ?? new Map<string, number>();
    days.set(day, Number(samples));
    sources.set(source, days);
  }
  return sources;
}

async function settingsOf(store: Store, source: Source): Promise<SourceSettings | null> {
  if (source.participant === null || source.settings === null) return null;
  const key = await keyUnlessGone(store, source.participant);
  if (key === null) return null;
  return JSON.parse(unseal(key, `source|${source.id}`, source.settings).toString('utf8')) as SourceSettings;
}

/** First and last day on which a record may lie; the zone of the consent's own times decides. */
function consentDays(stored: string | null): SourceFacts['consent'] {
  if (stored === null) return { from: null, to: null };
  const { from, to } = Consent.parse(JSON.parse(stored));
  // A consent that ends at midnight ends with the day before.
  const last = to === undefined ? null : localDay(to, -1);
  return { from: from === undefined ? null : localDay(from, 0), to: last };
}

function localDay(time: string, shiftMs: number): string {
  const offset = /([+-])(\d\d):(\d\d)$/.exec(time);
  const minutes = offset === null ? 0 : (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  return new Date(Date.parse(time) + shiftMs + minutes * 60_000).toISOString().slice(0, 10);
}

function total(rows: readonly Outcomes[]): Outcomes {
  const sum = { ...none };
  for (const row of rows) for (const name of Object.keys(none) as (keyof Outcomes)[]) sum[name] += row[name];
  return sum;
}
