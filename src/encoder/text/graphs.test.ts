import { expect, test } from 'vitest';
import type { Engine } from '../../../schema/model.ts';
import { openModel } from '../model.ts';
import { openEncoder } from '../open.ts';
import { tinyTextModel } from '../testing/tinyModels.ts';

const short = 'so sad';
const long = 'sad '.repeat(300);

/** What each text is scored, in a call of its own. */
async function scoresOf(dir: string, engine: Engine, batch: number, given: readonly string[]): Promise<unknown[]> {
  const encoder = await openEncoder(await openModel(dir), engine, batch);
  const found: unknown[] = [];
  for (const text of given) found.push((await encoder.score([{ kind: 'text', text }]))[0]?.heads[0]?.scores);
  await encoder.release();
  expect(found).not.toContain(undefined);
  return found;
}

test.each(['native', 'wasm'] as const)(
  'a short text that is run by itself takes the graph for it, a long one the other, on %s',
  async (engine) => {
    const [one, both] = [await tinyTextModel(), await tinyTextModel({ alone: true })];
    const plain = await scoresOf(one, engine, 1, [short, long]);
    const [alone, other] = await scoresOf(both, engine, 1, [short, long]);
    expect(alone).not.toEqual(plain[0]);
    expect(other).toEqual(plain[1]);
    expect(await scoresOf(both, engine, 1, [long, short])).toEqual([other, alone]);
  },
);

test('texts that are run together take the graph for many', async () => {
  expect(await scoresOf(await tinyTextModel({ alone: true }), 'native', 8, [short])).toEqual(
    await scoresOf(await tinyTextModel(), 'native', 8, [short]),
  );
});

test('a manifest that names such a graph without its hash is refused', async () => {
  const dir = await tinyTextModel({
    alone: true,
    change: (manifest) => {
      delete manifest.files['onnx/alone.onnx'];
    },
  });
  await expect(openModel(dir)).rejects.toMatchObject({ code: 'bad-model', place: { field: 'alone' } });
});
