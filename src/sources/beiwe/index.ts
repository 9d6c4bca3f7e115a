import { basename, join } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import type { Arrival, Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { type Entry, entriesOf, toParts } from '../reading/container.ts';
import { RowCounter } from './count.ts';
import { parseStream } from './parse.ts';
import { type StateEnds, stateEnds } from './power.ts';
import { type Place, placeOf, streams } from './streams.ts';

interface StreamPart extends Part {
  place: Place;
  /** How long the phone was in each state; read once for an arrival. */
  ends(): Promise<StateEnds>;
}

const NO_ENDS: StateEnds = new Map();
const UNNAMED: Place = { stream: 'unnamed', patient: null, survey: null, namedMs: null };

/** Raw data of the Beiwe platform: a folder a participant, below it one a stream, below it files of an hour. */
export const beiwe: SourceKind = {
  manifest: {
    kind: 'beiwe',
    title: 'Beiwe (phone sensing and surveys)',
    unit: 'a row of a stream’s file below its header',
    yields: ['event', 'self-report', 'series'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => Object.hasOwn(streams, name)), deep: true }),
  async parts(arrival): Promise<StreamPart[]> {
    const entries = await entriesOf(arrival, true);
    const places = new Map<string, Place>();
    for (const entry of entries) {
      const place = await placeIn(arrival, entry);
      if (place !== null) places.set(entry.name, place);
    }
    const parts = toParts(entries, (entry) => places.get(entry.name)?.stream ?? null);
    const power = entries.filter(({ name }) => places.get(name)?.stream === 'power_state');
    let known: Promise<StateEnds> | null = null;
    const ends = () => {
      known ??= stateEnds(power);
      return known;
    };
    return parts.map((part) => ({ ...part, place: places.get(part.name) ?? UNNAMED, ends }));
  },
  counter: () => new RowCounter(),
  async *parse(part, chunks, context) {
    const { place, role } = part as StreamPart;
    if (role === null) throw new AfferentError('not-this-kind');
    if (context.account !== null && place.patient !== null && place.patient !== context.account)
      throw new AfferentError('wrong-participant');
    yield* parseStream(chunks, place, role === 'power_state' ? await (part as StreamPart).ends() : NO_ENDS, context);
  },
};

/** The stream that the path tells of, else a table whose header begins as all of them do. */
async function placeIn(arrival: Arrival, entry: Entry): Promise<Place | null> {
  if (!entry.name.toLowerCase().endsWith('.csv') || entry.refused !== null) return null;
  const isPacked = arrival.form === 'zip' || entry.name.includes('/');
  const above = arrival.form === 'folder' ? join(basename(arrival.path), entry.name) : isPacked ? entry.name : arrival.path;
  return placeOf(above) ?? ((await beginsAsStream(entry)) ? UNNAMED : null);
}

async function beginsAsStream(entry: Entry): Promise<boolean> {
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>)
      return chunk.toString('latin1', 0, 30).startsWith('timestamp,UTC time');
  } catch {
    // It fails again where the part is read.
    return true;
  }
  return false;
}
