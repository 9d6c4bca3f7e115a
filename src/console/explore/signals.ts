import { setImmediate as turn } from 'node:timers/promises';
import type { Timeline } from '../../../schema/api.ts';
import type { Store } from '../../store/open.ts';
import { unseal } from '../../store/seal.ts';
import { decodeRegular, decodeSamples } from '../../store/series-codec.ts';
import { SignalBins } from './signal-bins.ts';
import { addMinutes, type SignalSummaries, summariesFromMs } from './signal-summaries.ts';

type Signal = Timeline['signals'][number];
type Row = Awaited<ReturnType<typeof rowsOf>>[number];

/** Spot values (a heart rate now and then) further apart than this are a gap. */
const spotGapMs = 3_600_000;
/** A regular recording has a gap where more than this many samples are missing. */
const missingSamples = 2;

/**
 * Signals of a participant between two moments (UTC ms), each channel as at most `points` bins of minimum, maximum and
 * mean. Rows are opened one at a time, with the event loop free in between.
 */
export async function signalLines(
  store: Store,
  participant: string,
  range: { from: number; to: number },
  signals: readonly string[],
  points: number,
  summaries: SignalSummaries,
): Promise<Signal[]> {
  const rows = signals.length === 0 ? [] : await rowsOf(store, participant, range, signals);
  if (rows.length === 0) return [];
  const key = await store.keys.key(participant);
  const width = Math.max(1, (range.to - range.from) / points);
  const lines = new Map<string, Line & { row: Row }>();
  for (const row of rows) {
    const name = `${row.signal}|${row.unit}`;
    const line = lines.get(name) ?? {
      row,
      bins: Array.from({ length: row.channels }, () => new SignalBins(range.from, width, points)),
      covered: [],
    };
    lines.set(name, line);
    if (width >= summariesFromMs && takeInMinutes(row, summaries.get(row.id), line)) continue;
    const sealed = await store.db.selectFrom('series').select('body').where('id', '=', row.id).executeTakeFirst();
    if (!sealed) continue;
    const body = unseal(key, `series|${row.id}`, sealed.body);
    if (width >= summariesFromMs && row.form === 'regular') {
      takeInMinutes(row, summaries.add(row.id, stepOf(row), decodeRegular(body).values, row.channels), line);
    } else takeIn(row, body, line);
    await turn();
  }
  return [...lines.values()].flatMap(({ row, bins, covered }) => {
    const gaps = gapsOf(covered, row.form === 'regular' ? (missingSamples * 1000) / (row.rate ?? 1) : spotGapMs, range);
    return bins.map((channel, i) => ({ signal: row.signal, unit: row.unit, channel: i, points: channel.points(), gaps }));
  });
}

function rowsOf(store: Store, participant: string, range: { from: number; to: number }, signals: readonly string[]) {
  return store.db
    .selectFrom('series')
    .select(['id', 'form', 'signal', 'unit', 'start_ms', 'end_ms', 'rate', 'channels'])
    .where('participant', '=', participant)
    .where('signal', 'in', signals)
    .where('start_ms', '<=', range.to)
    .where('end_ms', '>=', range.from)
    .orderBy('signal')
    .orderBy('start_ms')
    .orderBy('id')
    .execute();
}

interface Line {
  bins: SignalBins[];
  covered: [number, number][];
}

/** Milliseconds from one sample to the next. */
function stepOf(row: Row): number {
  return 1000 / (row.rate ?? 1);
}

function takeInMinutes(row: Row, minutes: ReturnType<SignalSummaries['get']>, line: Line): boolean {
  if (!minutes) return false;
  line.bins.forEach((bins, channel) => {
    const own = minutes[channel];
    if (own) addMinutes(bins, row.start_ms, own);
  });
  line.covered.push([row.start_ms, row.end_ms]);
  return true;
}

function takeIn(row: Row, body: Buffer, line: Line): void {
  if (row.form === 'regular') {
    const { values } = decodeRegular(body);
    line.bins.forEach((bins, channel) => {
      bins.addRegular(row.start_ms, stepOf(row), values, channel, row.channels);
    });
    line.covered.push([row.start_ms, row.end_ms]);
    return;
  }
  const { start, end, value } = decodeSamples(body);
  line.bins[0]?.add(start, value);
  for (let i = 0; i < start.length; i++) line.covered.push([start[i] as number, end[i] as number]);
}

/** Stretches between what is covered that are longer than `longest` ms, within the range. */
export function gapsOf(covered: [number, number][], longest: number, range: { from: number; to: number }): { from: number; to: number }[] {
  const sorted = [...covered].sort((a, b) => a[0] - b[0]);
  const gaps: { from: number; to: number }[] = [];
  let reached = Number.POSITIVE_INFINITY;
  for (const [start, end] of sorted) {
    const [from, to] = [Math.max(reached, range.from), Math.min(start, range.to)];
    if (start - reached > longest && to > from) gaps.push({ from, to });
    reached = reached === Number.POSITIVE_INFINITY ? end : Math.max(reached, end);
  }
  return gaps;
}
