import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonUnitCounter } from './count-document-units.ts';
import type { JsonPath } from './document-paths.ts';
import { JsonUnitSlicer } from './document-units.ts';

const paths: JsonPath[] = [
  ['days', '[]', 'samples', '[]'],
  ['list', '[]'],
];

function cut(text: string, places: readonly number[] = []) {
  const bytes = Buffer.from(text);
  const slicer = new JsonUnitSlicer(paths);
  const counter = new JsonUnitCounter(paths);
  const cuts = [...places.map((place) => place % (bytes.length + 1))].sort((a, b) => a - b);
  const units = [0, ...cuts].flatMap((from, index) => {
    const chunk = bytes.subarray(from, cuts[index] ?? bytes.length);
    counter.push(chunk);
    return slicer.push(chunk);
  });
  counter.end();
  const { how, rest } = slicer.end();
  return { how, rest: rest.bytes.toString(), unread: [...slicer.unread], counter, units };
}

const found = (text: string) => cut(text).units.map(({ bytes, path, scopes }) => [path, bytes.toString(), scopes]);

describe('units of a JSON document', () => {
  it('are the elements at the paths, with what stood before them', () => {
    const text =
      '{"who":"a","days":[{"date":"d1","samples":[{"v":[1,{"samples":[0]}]}, 2 ],"n":{"x":1}},{"samples":[]}],"list":["]",null]}';
    expect(found(text)).toEqual([
      ['days.samples', '{"v":[1,{"samples":[0]}]}', [{ who: 'a' }, { date: 'd1' }]],
      ['days.samples', ' 2 ', [{ who: 'a' }, { date: 'd1' }]],
      ['list', '"]"', [{ who: 'a' }]],
      ['list', 'null', [{ who: 'a' }]],
    ]);
    expect(cut(text)).toMatchObject({ how: 'whole', unread: ['n'] });
  });

  it('are missed where the document has none, ends early, or goes on', () => {
    expect(cut('{"other":[1]}')).toMatchObject({ how: 'no-array', unread: ['other'] });
    expect(cut('{"list":[1,2')).toMatchObject({ how: 'cut-off', rest: '2' });
    expect(cut('{"list":[]} {}').how).toBe('followed-by-more');
    expect(cut('no json').how).toBe('no-document');
    expect(cut(' \n').how).toBe('whole');
  });

  it('are counted alike, whatever the bytes and wherever they are cut', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '1',
      '"days"',
      '"samples":[',
      '"list":',
      '{"days":[{"samples":[1,2',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 6 }), (pieces, places) => {
        const text = pieces.join('');
        const { how, counter, units } = cut(text, places);
        expect(counter.takeUntil(Number.POSITIVE_INFINITY)).toBe(units.length + (how === 'whole' ? 0 : 1));
        expect(units.map(({ end }) => end)).toEqual(cut(text).units.map(({ end }) => end));
      }),
      { numRuns: 3000 },
    );
  });

  it('end where the counter says', () => {
    const { counter, units } = cut('{"list":[1, [2] ,{"a":3}]}');
    expect(units.map(({ end }) => [end, counter.takeUntil(end)])).toEqual([
      [11, 1],
      [17, 1],
      [25, 1],
    ]);
  });
});
