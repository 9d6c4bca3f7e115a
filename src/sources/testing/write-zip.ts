import { crc32, deflateRawSync } from 'node:zlib';

/** A file of a zip, with faults to order. */
export interface ZippedFile {
  name: string;
  content: Buffer | string;
  store?: boolean;
  /** Faults: what the headers say instead of the truth. */
  declaredBytes?: number;
  declaredCrc?: number;
  flags?: number;
}

/** Writes zip archives for tests, honest or hostile ones. */
export function writeZip(files: ZippedFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = Buffer.from(file.content);
    const packed = file.store ? content : deflateRawSync(content);
    const name = Buffer.from(file.name, 'utf8');
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE((file.flags ?? 0) | 0x0800, 2);
    fields.writeUInt16LE(file.store ? 0 : 8, 4);
    fields.writeUInt32LE(0x58_21_00_00, 6);
    fields.writeUInt32LE(file.declaredCrc ?? crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(file.declaredBytes ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    local.push(Buffer.from('PK\x03\x04'), fields, name, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00'), fields, rest, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), end]);
}
