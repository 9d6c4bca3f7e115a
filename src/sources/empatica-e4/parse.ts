import { AfferentError } from '../../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { FUTURE_SLACK_MS } from '../reading/limits.ts';
import { moment } from '../reading/time.ts';
import { BlockBuilder } from './blocks.ts';
import { decimal, rateOf, secondsOf, startMs } from './recording.ts';
import type { RegularSignal } from './signals.ts';
import { type TextLine, textLines } from './text-lines.ts';

type Chunks = AsyncIterable<Buffer>;

/** Blocks of a signal with a fixed rate: a line with the start, one with the rate, a line each sample. */
export async function* parseRegular(chunks: Chunks, signal: RegularSignal, device: string, context: ParseContext): AsyncGenerator<Parsed> {
  let start: number | null = null;
  let builder: BlockBuilder | null = null;
  const out: Parsed[] = [];
  try {
    for await (const lines of textLines(chunks)) {
      for (const line of lines) {
        if (builder !== null) builder.add(line, out);
        else if (start === null) start = startMs(line.text, context);
        else builder = new BlockBuilder(signal, device, start, rateOf(line.text));
      }
      yield* out.splice(0);
    }
  } catch (thrown) {
    // Samples before a break of the stream are whole, and stay.
    builder?.flush(out);
    yield* out;
    throw thrown;
  }
  builder?.flush(out);
  yield* out;
}

/** Intervals between beats: seconds since the start, and the length in seconds. */
export async function* parseIntervals(chunks: Chunks, device: string, context: ParseContext): AsyncGenerator<Parsed> {
  let start: number | null = null;
  for await (const lines of textLines(chunks)) {
    for (const line of lines) {
      if (start === null) start = startMs(line.text, context);
      else yield interval(line, start, device, context);
    }
  }
}

/** Times at which the button was pressed, in seconds since 1970. */
export async function* parseTags(chunks: Chunks, device: string, context: ParseContext): AsyncGenerator<Parsed> {
  for await (const lines of textLines(chunks)) for (const line of lines) yield tag(line, device, context);
}

/** Throws `wrong-participant` where the export's wristband is not the one declared for the source. */
export function checkSerial(serial: string | null, context: ParseContext): void {
  if (serial !== null && context.account !== null && serial.toLowerCase() !== context.account.toLowerCase()) {
    throw new AfferentError('wrong-participant');
  }
}

function interval(line: TextLine, start: number, device: string, { arrivedMs }: ParseContext): Parsed {
  const columns = line.text.split(',').map((column) => decimal(column.trim()));
  const [after, length] = columns as [number, number | undefined];
  const time = moment(Math.round(start + after * 1000), 0, 'kind');
  if (columns.length !== 2 || time === null || !(length !== undefined && length > 0 && length < Number.POSITIVE_INFINITY))
    return badLine(line, 'bad-value', 'value');
  const endMs = Date.parse(time.utc);
  if (endMs > arrivedMs + FUTURE_SLACK_MS) return badLine(line, 'future-time', 'time');
  return {
    is: 'sample',
    units: 1,
    end: line.end,
    day: time.day,
    sample: { signal: 'ibi', unit: 's', device, time, endMs, value: length },
  };
}

function tag(line: TextLine, device: string, context: ParseContext): Parsed {
  const ms = Math.round(secondsOf(line.text.trim()) * 1000);
  const time = Number.isNaN(ms) || ms < 1e11 ? null : moment(ms, 0, 'kind');
  if (time === null) return badLine(line, 'no-time', 'time');
  if (ms > context.arrivedMs + FUTURE_SLACK_MS) return badLine(line, 'future-time', 'time');
  return {
    is: 'record',
    units: 1,
    end: line.end,
    day: time.day,
    record: { type: 'event', id: `tag ${device} ${ms}`, event: 'tag', time, end: null, values: {}, device, version: null },
  };
}

function badLine(line: TextLine, reason: 'bad-value' | 'no-time' | 'future-time', field: string): Parsed {
  return { is: 'quarantined', units: 1, end: line.end, day: null, reason, raw: Buffer.from(line.text, 'latin1'), field };
}
