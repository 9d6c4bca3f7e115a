import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a zip, with faults to order. */
export interface ZippedFile {
  name: string;
  content: Buffer | string;
  store?: boolean;
  /** Faults: what the headers say instead of the truth. */
  declaredBytes?: number;
  declaredCrc?: number;
  packedBytes?: number;
  flags?: number;
  method?: number;
  extra?: Buffer;
  /** Where the directory says that the entry begins. */
  offset?: number;
  /** The name as it stands in the file, where it is no text. */
  rawName?: Buffer;
}

/** Writes zip archives for tests, honest or hostile ones. */
export function writeZip(files: ZippedFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = typeof file.content === 'string' ? Buffer.from(file.content) : file.content;
    const packed = file.store ? content : deflateRawSync(content);
    const name = file.rawName ?? Buffer.from(file.name, 'utf8').subarray(0, 0xffff);
    const extra = file.extra ?? Buffer.alloc(0);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((file.flags ?? 0) | 0x0800, 2);
    fields.writeUInt16LE(file.method ?? (file.store ? 0 : 8), 4);
    fields.writeUInt32LE(0x58_21_00_00, 6);
    fields.writeUInt32LE(file.declaredCrc ?? crc32(content), 10);
    fields.writeUInt32LE(file.packedBytes ?? packed.length, 14);
    fields.writeUInt32LE(file.declaredBytes ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    fields.writeUInt16LE(extra.length, 24);
    local.push(Buffer.from('PK\x03\x04'), fields, name, extra, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(file.offset ?? offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00'), fields, rest, name, extra);
    offset += 30 + name.length + extra.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), end]);
}
