import { expect, test } from 'vitest';
import { consentKinds } from '../../schema/consent-file.ts';
import { cases } from './testing/cases.ts';
import { itemsAt } from './testing/read-all.ts';

/** Fixtures of what no table has: a type that is new, a measure that is named by its file. */
const unnamed = ['something_new'];

test.each(cases)('a consent can name every signal of the fixtures of $name', async ({ kind, fixtures }) => {
  const signals = (await itemsAt(kind, fixtures)).flatMap((item) =>
    item.is === 'sample' ? [item.sample.signal] : item.is === 'block' ? [item.block.signal] : [],
  );
  expect([...new Set(signals)].filter((name) => !consentKinds.includes(name) && !unnamed.includes(name))).toEqual([]);
});
