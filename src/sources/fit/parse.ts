import type { ErrorCode } from '../../../schema/errors.ts';
import type { ParseContext, Parsed } from '../../../schema/source.ts';
import { Clock } from '../reading/clock.ts';
import { DriftOnce } from '../reading/drift.ts';
import { bad, left, type Outcome, settled } from '../reading/outcome.ts';
import { quarantined } from '../reading/quarantine.ts';
import { type Decoded, isKnown, MessageDecoder } from './decode.ts';
import { type Broken, type Message, MessageSlicer } from './frames.ts';
import { deviceOf, messageOutcome } from './to-record.ts';

/** Messages that are decoded together, and held meanwhile: more than almost any file has. */
const RUN = 20_000;

/** Messages of a stream of FIT files. */
export async function* parseFit(chunks: AsyncIterable<Buffer>, context: ParseContext): AsyncGenerator<Parsed> {
  const reader = new FileReader(context);
  const slicer = new MessageSlicer();
  try {
    for await (const chunk of chunks) for (const piece of slicer.push(chunk)) yield* reader.take(piece);
  } catch (thrown) {
    // Messages before a break of the stream are whole, and stay.
    yield* reader.flush();
    throw thrown;
  }
  for (const piece of slicer.end()) yield* reader.take(piece);
  yield* reader.flush();
}

class FileReader {
  readonly #clock: Clock;
  readonly #drift: DriftOnce;
  #decoder = new MessageDecoder();
  #file = 0;
  #device = 'unknown';
  #before: number | null = null;
  #run: Message[] = [];

  constructor(context: ParseContext) {
    this.#clock = new Clock(context);
    this.#drift = new DriftOnce(context);
  }

  *take(piece: Message | Broken): Generator<Parsed> {
    if (piece.is === 'broken') {
      yield* this.flush();
      yield quarantined(piece.rest, reasonOf(piece), piece.why === 'checksum' ? 'checksum' : `byte ${piece.from}`);
      return;
    }
    if (piece.file !== this.#file || this.#run.length >= RUN) yield* this.flush();
    if (piece.file !== this.#file) this.#beginFile(piece.file);
    this.#run.push(piece);
  }

  *flush(): Generator<Parsed> {
    const run = this.#run;
    this.#run = [];
    const decoded = this.#decoder.decode(run.filter(({ definition }) => isKnown(definition.global)));
    let next = 0;
    for (const message of run) {
      const { definition, fields, stamp, end } = message;
      const entry = isKnown(definition.global) ? decoded[next++] : undefined;
      yield settled({ bytes: fields, end, tooLong: false }, this.#outcome(message, entry));
      if (stamp !== null) this.#before = stamp;
    }
  }

  #outcome({ definition, stamp }: Message, decoded: Decoded | null | undefined): Outcome {
    if (decoded === undefined) {
      this.#drift.note('unknown-field', `message ${definition.global}`);
      return left('not-collected');
    }
    if (decoded === null) return bad('wrong-shape', 'message');
    if (decoded.name === 'fileId') this.#device = deviceOf(decoded);
    const facts = { clock: this.#clock, device: this.#device, apps: this.#decoder.appFields, before: this.#before };
    return messageOutcome(definition.global, decoded, stamp, facts);
  }

  #beginFile(file: number): void {
    this.#file = file;
    this.#decoder = new MessageDecoder();
    this.#device = 'unknown';
    this.#before = null;
  }
}

function reasonOf({ why, from, rest }: Broken): ErrorCode {
  if (why !== 'no-header' || from > 0) return 'part-unreadable';
  return rest.tooLong ? 'line-too-long' : 'not-this-kind';
}
