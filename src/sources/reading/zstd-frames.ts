import { AfferentError } from '../../../schema/errors.ts';

/** Bytes of one frame; `last` with those that end it. */
export interface FramePiece {
  bytes: Buffer;
  last: boolean;
}

const MAGIC = 0xfd2fb528;
/** The magic numbers of frames without content, but for their last four bits. */
const SKIPPABLE = 0x184d2a50;
/** A block of one byte that is repeated. */
const RLE = 1;

/** What is read next: a header of so many bytes, or so many bytes that are passed over. */
type Step = { read: number; follow: (header: Buffer) => Next } | { pass: number; follow: () => Next };
type Next = Step | 'end' | 'strange';

/**
 * Cuts a zstd file (RFC 8878) where its frames end: Node unpacks the first and is silent about all that follow.
 */
export class ZstdFrames {
  #step: Step = frameStart;
  #header = Buffer.alloc(0);
  #passed = 0;
  #inFrame = false;
  #strange = false;

  push(chunk: Buffer): FramePiece[] {
    const pieces: FramePiece[] = [];
    let from = 0;
    let at = 0;
    while (at < chunk.length && !this.#strange) {
      at += this.#take(chunk.subarray(at));
      this.#inFrame = true;
      while (this.#isDone()) {
        const next = 'read' in this.#step ? this.#step.follow(this.#header) : this.#step.follow();
        this.#strange = next === 'strange';
        if (next === 'strange') break;
        this.#header = Buffer.alloc(0);
        this.#passed = 0;
        this.#step = next === 'end' ? frameStart : next;
        if (next !== 'end') continue;
        pieces.push({ bytes: chunk.subarray(from, at), last: true });
        from = at;
        this.#inFrame = false;
      }
    }
    if (from < chunk.length && !this.#strange) pieces.push({ bytes: chunk.subarray(from), last: false });
    return pieces;
  }

  /** Throws `part-unreadable` where the last frame is cut off, or something begins that is none. */
  end(): void {
    if (this.#inFrame || this.#strange) throw new AfferentError('part-unreadable');
  }

  #take(rest: Buffer): number {
    if ('read' in this.#step) {
      const taken = Math.min(this.#step.read - this.#header.length, rest.length);
      this.#header = Buffer.concat([this.#header, rest.subarray(0, taken)]);
      return taken;
    }
    const taken = Math.min(this.#step.pass - this.#passed, rest.length);
    this.#passed += taken;
    return taken;
  }

  #isDone(): boolean {
    return 'read' in this.#step ? this.#header.length === this.#step.read : this.#passed === this.#step.pass;
  }
}

const frameStart: Step = {
  read: 4,
  follow(header) {
    const magic = header.readUInt32LE(0);
    if (magic === MAGIC) return { read: 1, follow: (descriptor) => afterDescriptor(descriptor.readUInt8(0)) };
    if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE) return 'strange';
    return { read: 4, follow: (size) => ({ pass: size.readUInt32LE(0), follow: () => 'end' }) };
  },
};

/** The rest of a frame's header: window, dictionary and content's size, as the descriptor says. */
function afterDescriptor(descriptor: number): Step {
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  return { pass: (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes, follow: () => block(checksum) };
}

function block(checksum: number): Step {
  return {
    read: 3,
    follow(header) {
      const fields = header.readUIntLE(0, 3);
      const isRle = ((fields >> 1) & 3) === RLE;
      const isLast = (fields & 1) === 1;
      return { pass: isRle ? 1 : fields >> 3, follow: () => (isLast ? { pass: checksum, follow: () => 'end' } : block(checksum)) };
    },
  };
}
