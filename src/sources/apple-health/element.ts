import { SaxesParser } from 'saxes';
import { decodeEntities } from '../reading/entities.ts';

export type Attributes = Record<string, string>;

/** A child of the root, with the elements inside it in the order of the document. */
export interface HealthElement {
  name: string;
  attributes: Attributes;
  /** Elements inside, at any depth; left out where only the start tag was read. */
  inner: { name: string; attributes: Attributes }[];
}

// Some exports hold control characters that no XML may (iOS 16: a vertical tab); they carry no meaning.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f]/g;
const NAME = /<([A-Za-z_][\w.-]*)/y;
const OTHER_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos);)/;
const TO_NORMALISE = /[&\t\n\r]/;
const BREAKS = /\r\n|[\t\n\r]/g;

/** Text of an element without characters that XML forbids. */
export function withoutControls(text: string): string {
  return text.search(CONTROL) === -1 ? text : text.replaceAll(CONTROL, '');
}

/**
 * Name and attributes of the element that a text begins with, or null where its start tag is not written as the
 * app does: then `readElement` decides. Several times as fast, and the same by test.
 */
export function readStartTag(text: string): { name: string; attributes: Attributes } | null {
  NAME.lastIndex = 0;
  const name = NAME.exec(text)?.[1];
  if (name === undefined) return null;
  // A plain object is much faster than one without a prototype; an inherited name goes to the slow reading.
  const attributes: Attributes = {};
  let at = NAME.lastIndex;
  for (;;) {
    const from = at;
    while (isSpace(text.charCodeAt(at))) at++;
    const next = text[at];
    if (next === '>' || (next === '/' && text[at + 1] === '>')) return { name, attributes };
    const equals = text.indexOf('="', at);
    const end = equals === -1 ? -1 : text.indexOf('"', equals + 2);
    if (end === -1 || at === from) return null;
    const key = text.slice(at, equals);
    const written = text.slice(equals + 2, end);
    if (!isAttributeName(key) || key in attributes || written.includes('<')) return null;
    if (!TO_NORMALISE.test(written)) attributes[key] = written;
    else if (OTHER_REFERENCE.test(written)) return null;
    else attributes[key] = decodeEntities(written.replaceAll(BREAKS, ' '));
    at = end + 1;
  }
}

const names = new Set<string>();

/** Whether XML allows the name; the few that occur are remembered. */
function isAttributeName(name: string): boolean {
  if (names.has(name)) return true;
  const valid = /^[A-Za-z_][\w.-]{0,99}$/.test(name);
  if (valid && names.size < 1000) names.add(name);
  return valid;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** An element with those inside it; null where it is not well formed. The readable reference of `readStartTag`. */
export function readElement(text: string): HealthElement | null {
  const found: { name: string; attributes: Attributes }[] = [];
  let wellFormed = true;
  const parser = new SaxesParser({ fragment: true, position: false });
  parser.on('error', () => {
    wellFormed = false;
  });
  parser.on('opentag', (tag) => {
    const attributes: Attributes = { ...(tag.attributes as Attributes) };
    found.push({ name: tag.name, attributes });
  });
  parser.write(text).close();
  const [first, ...inner] = found;
  return wellFormed && first !== undefined ? { ...first, inner } : null;
}
