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

/** What is next: a header of so many bytes to be read, or so many bytes to pass over. */
interface Step {
  how: 'read' | 'pass';
  bytes: number;
  follow: (header: Buffer) => Step | 'end' | 'strange';
}

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
        const next = this.#step.follow(this.#header);
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
    if (this.#step.how === 'read') {
      const taken = Math.min(this.#step.bytes - this.#header.length, rest.length);
      this.#header = Buffer.concat([this.#header, rest.subarray(0, taken)]);
      return taken;
    }
    const taken = Math.min(this.#step.bytes - this.#passed, rest.length);
    this.#passed += taken;
    return taken;
  }

  #isDone(): boolean {
    return (this.#step.how === 'read' ? this.#header.length : this.#passed) === this.#step.bytes;
  }
}

const frameStart: Step = {
  how: 'read',
  bytes: 4,
  follow(header) {
    const magic = header.readUInt32LE(0);
    if (magic === MAGIC) return { how: 'read', bytes: 1, follow: (descriptor) => afterDescriptor(descriptor.readUInt8(0)) };
    if ((magic & 0xfffffff0) >>> 0 !== SKIPPABLE) return 'strange';
    return { how: 'read', bytes: 4, follow: (size) => ({ how: 'pass', bytes: size.readUInt32LE(0), follow: () => 'end' }) };
  },
};

/** The rest of a frame's header: window, dictionary and content's size, as the descriptor says. */
function afterDescriptor(descriptor: number): Step {
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  return { how: 'pass', bytes: (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes, follow: () => block(checksum) };
}

function block(checksum: number): Step {
  return {
    how: 'read',
    bytes: 3,
    follow(header) {
      const fields = header.readUIntLE(0, 3);
      const isRle = ((fields >> 1) & 3) === RLE;
      const isLast = (fields & 1) === 1;
      return {
        how: 'pass',
        bytes: isRle ? 1 : fields >> 3,
        follow: () => (isLast ? { how: 'pass', bytes: checksum, follow: () => 'end' } : block(checksum)),
      };
    },
  };
}
