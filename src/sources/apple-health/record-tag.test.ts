import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { driftingContext } from '../testing/read-all.ts';
import { generateExport } from './generate.ts';
import { parseExport } from './parse.ts';

const written = [...generateExport(60)].flatMap((text) => (text.includes('<Record') ? [text.trim()] : []));
const records = [
  ...written,
  ...written.map((text) => text.replaceAll('"Watch"', '"Reloj de Begoña &amp; ana 🙂"').replaceAll('"km"', '"mi"')),
  ...written.map((text) => text.replaceAll('StepCount', 'SomethingNew').replaceAll('unit="count"', 'unit="foo"')),
  ...written.map((text) => text.replace('</Record>', '<MetadataEntry key="HKTimeZone" value="Asia/Kolkata"/></Record>')),
];

/** The same record, written so that it is read the slow way: a second space before its beginning. */
function spread(text: Buffer): Buffer {
  const at = text.indexOf('" startDate="');
  return at === -1 ? text : Buffer.concat([text.subarray(0, at + 1), Buffer.from(' '), text.subarray(at + 1)]);
}

/** What becomes of elements of an export that is cut into pieces of so many bytes, without their places and bytes. */
async function fates(elements: readonly Buffer[], pieceBytes: number, zone: string | null): Promise<unknown[]> {
  const { context, drift } = driftingContext({ zone });
  const whole = Buffer.concat([Buffer.from('<HealthData>'), ...elements, Buffer.from('</HealthData>')]);
  const pieces = async function* () {
    for (let at = 0; at < whole.length; at += pieceBytes) yield whole.subarray(at, at + pieceBytes);
  };
  const items: unknown[] = [];
  for await (const item of parseExport(pieces(), context)) items.push(bare(item));
  return [...items, drift];
}

function bare(item: Parsed): unknown {
  const { end, ...rest } = item;
  return rest.is === 'quarantined' ? { ...rest, raw: null, frame: null } : rest;
}

it('makes of every record what the slow reading makes of it, whatever a byte of it is changed to and wherever the file is cut', async () => {
  const changed = fc.record({
    text: fc.constantFrom(...records),
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.oneof(fc.constantFrom(...Buffer.from(' "\'<>&/=:.-+0159aZ\n\v')), fc.integer({ min: 0, max: 255 })),
    change: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(changed, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 40, max: 4000 }),
      fc.constantFrom(null, 'Europe/Berlin'),
      async (list, pieceBytes, zone) => {
        const elements = list.map(({ text, place, byte, change }) => {
          const bytes = Buffer.from(text);
          if (change) bytes[Math.floor(place * bytes.length)] = byte;
          return bytes;
        });
        expect(await fates(elements, pieceBytes, zone)).toEqual(await fates(elements.map(spread), 1_000_000, zone));
      },
    ),
    { numRuns: 400 },
  );
});
