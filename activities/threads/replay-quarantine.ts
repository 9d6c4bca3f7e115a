import type { ParseContext, Parsed, Part, SourceKind } from '../../schema/source.ts';
import { consentDecision } from '../../src/consent/filter.ts';
import { MASKING_VERSION } from '../../src/consent/mask.ts';
import { readPart } from '../../src/sources/account.ts';
import { sourceKind } from '../../src/sources/index.ts';
import { BatchWriter } from '../../src/store/commit.ts';
import { putBackWhole } from '../../src/store/inbox-tries.ts';
import type { Store } from '../../src/store/open.ts';
import { statedConsent } from '../../src/store/participants.ts';
import { openFrame, openRaw, partFacts } from '../../src/store/quarantine.ts';
import { requireSource, sourceSettings } from '../../src/store/sources.ts';
import type { Tables } from '../../src/store/tables.ts';
import type { JobContext } from './jobs.ts';
import { partOf } from './part-facts.ts';

/** Units by what became of them; all but the last three were read again. */
export interface ReplayCounts {
  stored: number;
  duplicate: number;
  excluded: number;
  erased: number;
  /** Read again, and still not readable. */
  still: number;
  /** Only their beginning was kept. */
  cut: number;
  /** Whole pushes that were put back into the inbox, to be read as any other. */
  back: number;
  /** Nothing of them was kept, or they cannot be read by themselves. */
  bare: number;
}

export const noReplay: ReplayCounts = { stored: 0, duplicate: 0, excluded: 0, erased: 0, still: 0, back: 0, cut: 0, bare: 0 };

/** Rows that are opened, read and committed together. */
const rowsAtOnce = 1_000;

type Row = Pick<Tables['quarantine'], 'id' | 'reason' | 'unit' | 'units' | 'position' | 'raw' | 'frame'>;

/**
 * Reads what a source has in quarantine again, under its mapping, zone, account and its participant's consent of today. Each
 * slice of a part is one transaction; what was committed is not there to be read the next time.
 * @param args.reason only what was quarantined for this
 */
export async function replayQuarantine(
  context: JobContext,
  { source: id, reason }: { source: string; reason: string | null },
): Promise<ReplayCounts> {
  const { store, progress, checkCancelled } = context;
  const counts = { ...noReplay };
  let done = 0;
  for (const { batch, part, ids } of await places(context, id, reason)) {
    const reading = await openReading(context, id, batch, part);
    for (let at = 0; at < ids.length; at += rowsAtOnce) {
      checkCancelled();
      const rows = await store.db
        .selectFrom('quarantine')
        .select(['id', 'reason', 'unit', 'units', 'position', 'raw', 'frame'])
        .where('id', 'in', ids.slice(at, at + rowsAtOnce))
        .orderBy('unit')
        .execute();
      await replayRows(store, reading, part, rows, counts);
      done += rows.length;
      progress(done);
    }
  }
  return counts;
}

/** Ids of the rows at the beginning, by batch and part: what is quarantined anew on the way is not read twice. */
async function places({ store }: JobContext, source: string, reason: string | null) {
  const rows = await store.db
    .selectFrom('quarantine')
    .select(['id', 'batch', 'part'])
    .where('source', '=', source)
    .$if(reason !== null, (query) => query.where('reason', '=', reason as string))
    .orderBy('batch')
    .orderBy('part')
    .orderBy('unit')
    .execute();
  const places = new Map<string, { batch: string; part: number; ids: string[] }>();
  for (const { id, batch, part } of rows) {
    const place = places.get(`${batch}|${part}`) ?? { batch, part, ids: [] };
    place.ids.push(id);
    places.set(`${batch}|${part}`, place);
  }
  return [...places.values()];
}

type Reading = Awaited<ReturnType<typeof openReading>>;

async function openReading({ store }: JobContext, id: string, batch: string, part: number) {
  const source = await requireSource(store, id);
  const { mapping, zone, account } = await sourceSettings(store, id);
  const kind = sourceKind(source.kind);
  const { consent, stated } = await statedConsent(store, source.participant);
  const key = await store.keys.key(source.participant);
  const { study, participant } = source;
  const owner = { study, participant, source: id, batch, kind: source.kind, key, hash: store.secrets.study(study) };
  const judged = { consent: (item: Parsed) => consentDecision(consent, item), stated };
  const writer = new BatchWriter(store, owner, { maskingVersion: MASKING_VERSION, ...judged });
  const facts = await partFacts(store, key, batch, part);
  const known = facts === null ? null : partOf(facts);
  // What has changed was told when the unit arrived; by itself it tells nothing of a format.
  const parse: ParseContext = { mapping, zone, account, arrivedMs: known?.arrivedMs ?? 0, drift: () => {} };
  return { owner, kind, writer, parse, partWith: known?.part ?? null };
}

async function replayRows(store: Store, reading: Reading, part: number, rows: readonly Row[], counts: ReplayCounts): Promise<void> {
  const again: { id: string; unit: number; item: Parsed }[] = [];
  for (const row of rows) {
    if (row.reason === 'reader-killed') {
      if (await putBackWhole(store, row.id)) counts.back += row.units;
      continue;
    }
    const item = await readAgain(reading, row);
    if (item === 'cut' || item === 'bare') counts[item] += row.units;
    else if (item.is === 'quarantined' && item.reason === row.reason) counts.still += row.units;
    else again.push({ id: row.id, unit: row.unit, item });
  }
  if (again.length === 0) return;
  const { total } = await reading.writer.replay({ part, rows: again });
  for (const outcome of ['stored', 'duplicate', 'excluded', 'erased'] as const) counts[outcome] += total[outcome];
  counts.still += total.quarantined;
}

/** What a unit is by itself, in the frame of its part; or why it cannot be read so. */
async function readAgain({ owner, kind, parse, partWith }: Reading, row: Row): Promise<Parsed | 'cut' | 'bare'> {
  const raw = openRaw(owner.key, row);
  if (row.reason === 'line-too-long') return 'cut';
  const frame = openFrame(owner.key, row);
  if (raw.length === 0 || frame === null || partWith === null) return 'bare';
  const items = await itemsOf(kind, partWith(Buffer.concat([frame.before, raw, frame.after])), parse);
  const { units = 0, among = 1, at = 0 } = frame;
  const item = items[units + at];
  // Anything but what stands before it and what its bytes hold: its frame does not hold it.
  if (item === undefined || item.units !== row.units || items.length !== units + among) return 'bare';
  const placed = { ...item, end: row.position };
  return placed.is === 'quarantined' ? { ...placed, raw, frame } : placed;
}

async function itemsOf(kind: SourceKind, part: Part, parse: ParseContext): Promise<Parsed[]> {
  const items: Parsed[] = [];
  for await (const group of readPart(kind, part, parse, { groupUnits: Number.MAX_SAFE_INTEGER })) items.push(...group.items);
  return items;
}
