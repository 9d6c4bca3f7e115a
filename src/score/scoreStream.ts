import { AfferentError, type ErrorCode } from '../../schema/errors.ts';
import type { WindowScoreRow } from '../../schema/scores.ts';
import { wholeRef } from '../encoder/model.ts';
import type { EncoderPool } from '../encoder/pool/pool.ts';
import { readRecording, readWholeRecording } from '../encoder/stream/readRecording.ts';
import type { StreamWindow } from '../encoder/stream/stream.ts';
import type { InputFile } from './inputFiles.ts';
import { slicesOf } from './recording.ts';
import { rowError } from './rowError.ts';
import { fieldsOf } from './scoreTextRows.ts';
import { tableSlices } from './signalTable.ts';
import { tableOf } from './signalTables.ts';

type Recording = Extract<InputFile, { is: 'recording' | 'table' }>;

/** Rows that are given on together. */
const rowsAtOnce = 64;

/**
 * Rows of a recording read block by block, in bounded memory. Where it breaks off, the last row says so; one that is too
 * short for any window has one row that says that.
 */
export async function* scoreStream(recording: Recording, pool: EncoderPool, whole: boolean): AsyncGenerator<WindowScoreRow[]> {
  const model = whole ? wholeRef(pool.model) : pool.model.ref;
  const place = { file: recording.file, row: 0 };
  let rows: WindowScoreRow[] = [];
  let failure: ErrorCode | null = null;
  try {
    for await (const window of windowsOf(recording, pool, whole)) {
      rows.push(windowRow(recording, model, window, { ...place }));
      place.row += 1;
      if (rows.length < rowsAtOnce) continue;
      yield rows;
      rows = [];
    }
    if (place.row === 0) failure = 'too-little-signal';
  } catch (thrown) {
    if (thrown instanceof AfferentError && thrown.code === 'interrupted') throw thrown;
    failure = thrown instanceof AfferentError ? thrown.code : 'row-unreadable';
  }
  if (failure !== null) rows.push(failureRow(recording, model, failure, place));
  if (rows.length > 0) yield rows;
}

function windowsOf(recording: Recording, pool: EncoderPool, whole: boolean): AsyncGenerator<StreamWindow> {
  const { input, whole: pass } = pool.model.manifest;
  if (input.kind !== 'e4-stream') throw new AfferentError('not-this-kind');
  if (recording.is === 'table') {
    const form = tableOf(input);
    if (form === null) throw new AfferentError('not-this-kind');
    return readRecording(tableSlices(recording.bytes, form, input), input, pool.advance);
  }
  const open = () => slicesOf(recording.arrival, input);
  return whole ? readWholeRecording(open, input, pool.advance, pass?.keep ?? []) : readRecording(open(), input, pool.advance);
}

function windowRow(recording: Recording, model: string, window: StreamWindow, place: { file: number; row: number }): WindowScoreRow {
  const { error, heads } = window.result;
  return {
    id: `${recording.name}#${window.index}`,
    input: window.chain,
    model,
    start: new Date(window.startMs).toISOString(),
    end: new Date(window.endMs).toISOString(),
    since: new Date(window.sinceMs).toISOString(),
    present: window.present,
    ...fieldsOf(heads, null),
    error: error === null ? null : rowError(error, place),
  };
}

function failureRow(recording: Recording, model: string, code: ErrorCode, place: { file: number; row: number }): WindowScoreRow {
  const nothing = { input: null, start: null, end: null, present: {} };
  return { id: `${recording.name}#${place.row}`, model, ...nothing, ...fieldsOf([], null), error: rowError(code, place) };
}
