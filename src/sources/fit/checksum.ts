const TABLE = new Uint16Array(256).map((_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  return sum;
});

/** CRC-16 of FIT files over more bytes; begins with 0. */
export function crc16(bytes: Buffer, before: number): number {
  let sum = before;
  for (let i = 0; i < bytes.length; i++) sum = (sum >> 8) ^ (TABLE[(sum ^ (bytes[i] as number)) & 0xff] as number);
  return sum;
}
