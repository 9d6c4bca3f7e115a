import { basename } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed, columnsOf } from '../reading/claims.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { parseChunks } from './chunks.ts';
import { SampleLineCounter } from './count.ts';
import { ChunkCounter } from './count-chunks.ts';
import { checkSerial, parseIntervals, parseRegular, parseTags } from './parse.ts';
import { serialOf } from './recording.ts';
import { headerLines, regularSignal, roleOf } from './signals.ts';

interface RecordingPart extends Part {
  serial: string | null;
}

/** Recordings of the Empatica E4 wristband, zipped or unpacked. */
export const empaticaE4: SourceKind = {
  manifest: {
    kind: 'empatica-e4',
    title: 'Empatica E4 recordings',
    unit: 'a line below the header of a signal, or of tags.csv',
    yields: ['series', 'event'],
    mapped: false,
    version: 3,
    pushes: { 'application/vnd.afferent.chunks': 'chunks' },
  },
  arrivals: (path) => findArrivals(path, { isExport: (names) => names.some((name) => roleOf(name.toLowerCase()) !== null), deep: false }),
  async parts(arrival): Promise<RecordingPart[]> {
    const serial = serialOf(basename(arrival.path));
    const entries = await entriesOf(arrival, false, true);
    const parts = toParts(
      entries,
      await claimed(
        entries,
        (name) => roleOf(baseName(name)),
        () => beginsWithStart,
      ),
    );
    // No mark, or no interval that the wristband was sure of, is an ordinary recording.
    return parts.map((part) => ({
      ...part,
      serial: serialOf(part.name.split('/').at(-2) ?? '') ?? serial,
      mayBeEmpty: part.role === 'tags' || part.role === 'ibi',
    }));
  },
  counter: (part) => (part.role === 'chunks' ? new ChunkCounter() : new SampleLineCounter(headerLines(part.role))),
  async *parse(part, chunks, context) {
    if (part.role === 'chunks') {
      yield* parseChunks(chunks, context);
      return;
    }
    const serial = (part as RecordingPart).serial;
    checkSerial(serial, context);
    const device = serial === null ? 'Empatica E4' : `Empatica E4 ${serial}`;
    const regular = regularSignal(part.role);
    if (regular !== null) yield* parseRegular(chunks, regular, device, context);
    else if (part.role === 'ibi') yield* parseIntervals(chunks, device, context);
    else if (part.role === 'tags') yield* parseTags(chunks, device, context);
    else throw new AfferentError('not-this-kind');
  },
};

/** Recordings begin with numbers or dates alone: where names of columns stand beside one another, the file is another maker's. */
function beginsWithStart(head: string): boolean {
  const columns = columnsOf(head).filter((column) => column !== 'IBI');
  return columns.length < 2 || !columns.some((column) => /^[a-z_]/i.test(column));
}
