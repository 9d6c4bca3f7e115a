import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt } from '../testing/fake-part.ts';
import { JsonUnitCounter } from './count-document-units.ts';
import { JsonUnitSlicer } from './document-units.ts';

const places = {
  units: [['[]'], ['messages', '[]'], ['chats', 'list', '[]', 'messages', '[]']],
  facts: [['name'], ['about'], ['chats', 'list', '[]', 'name']],
};

interface Read {
  units: string[];
  facts: [string, string][];
  how: string;
  ends: number[];
}

function read(chunks: Buffer[]): Read {
  const slicer = new JsonUnitSlicer(places.units, places.facts);
  const units = chunks.flatMap((chunk) => slicer.push(chunk));
  const facts = units.flatMap((unit) => unit.facts.map(({ steps, bytes }): [string, string] => [steps.join('.'), bytes.toString().trim()]));
  return { units: units.map(({ bytes }) => bytes.toString().trim()), facts, how: slicer.end().how, ends: units.map(({ end }) => end) };
}

function count(chunks: Buffer[]): number[] {
  const counter = new JsonUnitCounter(places.units);
  for (const chunk of chunks) counter.push(chunk);
  counter.end();
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const ends: number[] = [];
  for (let at = 0; at <= length; at++) for (let n = counter.takeUntil(at); n > 0; n--) ends.push(at);
  return ends;
}

const whole = JSON.stringify({
  name: 'a "b" ] }',
  about: { messages: ['not these'], n: 1 },
  skipped: [{ messages: [1, 2] }],
  messages: [{ text: 'x, [y]' }, 'two', 3, [], { messages: [9] }],
  chats: {
    list: [
      { name: 'one', messages: [{ a: 1 }, { a: 2 }] },
      { name: 'two', messages: [] },
    ],
  },
});

describe('elements of arrays inside a JSON document', () => {
  it('are those at the places, and facts come with the first behind them', () => {
    expect(read([Buffer.from(whole)])).toMatchObject({
      units: ['{"text":"x, [y]"}', '"two"', '3', '[]', '{"messages":[9]}', '{"a":1}', '{"a":2}'],
      facts: [
        ['name', '"a \\"b\\" ] }"'],
        ['about', '{"messages":["not these"],"n":1}'],
        ['chats.list.[].name', '"one"'],
      ],
      how: 'whole',
    });
    expect(read([Buffer.from('[1, 2 ,\n3]')]).units).toEqual(['1', '2', '3']);
  });

  it('say how the document ends', () => {
    const how = (text: string) => read([Buffer.from(text)]).how;
    expect([' \n', '{"a": []}', 'words', '{"messages": [1, 2', '[1] x', '{"messages": []}'].map(how)).toEqual([
      ...['whole', 'no-array', 'no-document', 'cut-off', 'followed-by-more', 'whole'],
    ]);
  });

  it('are counted alike from any bytes, in any pieces', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"messages"', '"chats"', '"list"', '"name"', '"x"', '"', '\\', ' ', '1', ';', 'é'],
      ...['{"messages":[', '{"chats":{"list":[', '{"name":'],
    );
    const cuts = fc.array(fc.nat(), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), cuts, (tokens, places) => {
        const bytes = Buffer.from(tokens.join(''));
        const one = read([bytes]);
        const chunks = cutAt(bytes, places);
        expect(read(chunks)).toEqual(one);
        expect(count(chunks)).toEqual(one.how === 'whole' ? one.ends : [...one.ends, bytes.length]);
      }),
      { numRuns: 3000 },
    );
  });
});
