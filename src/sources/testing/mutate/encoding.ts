import { pick, type Random } from './random.ts';

const BOM = Buffer.from('efbbbf', 'hex');

/** The text of a file in another encoding, with or without its mark, whole or cut in the middle of a character. */
export function reencoded(random: Random, bytes: Buffer): Buffer {
  const text = bytes.toString('utf8');
  const little = () => Buffer.from(text, 'utf16le');
  const big = () => Buffer.from(text, 'utf16le').swap16();
  return pick(random, [
    () => Buffer.concat([Buffer.from('fffe', 'hex'), little()]),
    () => Buffer.concat([Buffer.from('feff', 'hex'), big()]),
    little,
    big,
    () => Buffer.concat([Buffer.from('fffe', 'hex'), little().subarray(0, -1)]),
    () => Buffer.concat([Buffer.from('fffe', 'hex'), little(), Buffer.from('00d8', 'hex')]),
    () => Buffer.concat([Buffer.from('feff', 'hex'), little()]),
    () => Buffer.concat([BOM, bytes]),
    () => Buffer.concat([BOM, BOM, bytes]),
    () => Buffer.concat([bytes, BOM]),
    () => Buffer.from(text, 'latin1'),
    () => Buffer.from(bytes.toString('latin1'), 'utf8'),
    () => Buffer.concat([Buffer.from('fffe0000', 'hex'), bytes]),
    () => Buffer.from(bytes.toString('base64')),
    () => BOM,
  ])();
}
