import { isUtf8 } from 'node:buffer';

/**
 * Text that was UTF-8 and was read as Latin-1, read again as what it was (`Ã¼` becomes `ü`). Any other text stays: a
 * character beyond Latin-1, or bytes that are no UTF-8, show that it was never misread.
 */
export function repairMojibake(text: string): string {
  let suspicious = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return text;
    if (code > 0x7f) suspicious = true;
  }
  if (!suspicious) return text;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}
