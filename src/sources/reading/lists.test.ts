import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../testing/fake-part.ts';
import { ListCounter } from './count-lists.ts';
import { ValueCounter } from './count-values.ts';
import { ListSlicer } from './lists.ts';
import { ValueSlicer } from './values.ts';

/** Anything that makes or breaks structure. */
const soup = fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\n', ' ', 'a', '1', 'é'), { maxLength: 60 });
const places = fc.array(fc.nat(60), { maxLength: 6 });

function listEnds(chunks: Buffer[]): number[] {
  const slicer = new ListSlicer();
  const ends = chunks.flatMap((chunk) => slicer.push(chunk)).map(({ end }) => end);
  const { how, rest } = slicer.end();
  const blank = rest.bytes.toString('latin1').trim() === '';
  return how === 'whole' || (how === 'no-list' && blank) ? ends : [...ends, rest.end];
}

function valueEnds(chunks: Buffer[]): number[] {
  const slicer = new ValueSlicer();
  const units = chunks.flatMap((chunk) => slicer.push(chunk));
  return [...units, ...slicer.end().units].map(({ end }) => end);
}

describe('lists and values of JSON', () => {
  it('are cut where the counters count, however broken and in whatever pieces', () => {
    fc.assert(
      fc.property(soup, places, (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        for (const [ends, counter] of [
          [listEnds(cutAt(bytes, cuts)), new ListCounter()],
          [valueEnds(cutAt(bytes, cuts)), new ValueCounter()],
        ] as const) {
          counter.push(bytes);
          counter.end();
          for (const end of new Set(ends)) expect(counter.takeUntil(end)).toBe(ends.filter((other) => other === end).length);
          expect(counter.takeUntil(Number.POSITIVE_INFINITY)).toBe(0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('tells the keys that lead to a list, escaped ones too', () => {
    const slicer = new ListSlicer();
    const text = '{"a":{"b\\u00e9":[1,{"x":[2]}],"n":null},"c":[{"d":"],["}],"e":[[3],4]}';
    const units = cutAt(Buffer.from(text), [3, 9, 20, 33, 50]).flatMap((chunk) => slicer.push(chunk));
    expect(units.map(({ path, bytes }) => [path.join('.'), bytes.toString()])).toEqual([
      ['a.bé', '1'],
      ['a.bé', '{"x":[2]}'],
      ['c', '{"d":"],["}'],
      ['e', '[3]'],
      ['e', '4'],
    ]);
    expect(slicer.end().how).toBe('whole');
  });

  it('finds values one behind another, over lines or on one', () => {
    const slicer = new ValueSlicer();
    const units = slicer.push(Buffer.from('{"a":\n1}{"b":2}\n\n"word"\n[3]'));
    expect([...units, ...slicer.end().units].map(({ bytes }) => bytes.toString().trim())).toEqual([
      '{"a":\n1}',
      '{"b":2}',
      '"word"',
      '[3]',
    ]);
  });
});
