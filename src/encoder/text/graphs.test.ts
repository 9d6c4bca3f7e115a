import { expect, test } from 'vitest';
import type { Engine } from '../../../schema/model.ts';
import { openModel } from '../model.ts';
import { openEncoder } from '../open.ts';
import { tinyInt8Model } from '../testing/tinyInt8Model.ts';
import { tinyTextModel } from '../testing/tinyModels.ts';

const short = 'so sad';
/** Of one block too, but with more tokens than the graph for a text by itself is for. */
const long = 'sad '.repeat(100);

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

test('eight bits have one graph, however texts are run; a text by itself that they give up on takes the graph for it', async () => {
  const results = async (dir: string) => {
    const encoder = await openEncoder(await openModel(dir, 'int8'), 'native', 1);
    const found = await encoder.score(['so', 'glad'].map((text) => ({ kind: 'text', text })));
    await encoder.release();
    return found;
  };
  const guards = { sat_glad: 4, loss_sad: 7 };
  const [one, both] = await Promise.all(
    [false, true].map((alone) => tinyInt8Model((manifest) => Object.assign(manifest.int8 ?? {}, { guards }), alone)),
  );
  const [sure, unsure] = await results(both as string);
  expect(sure).toEqual((await results(one as string))[0]);
  expect([sure?.low?.precision, unsure?.low?.precision]).toEqual(['int8', 'fp32']);
  expect([unsure?.heads[0]?.scores]).toEqual(await scoresOf(both as string, 'native', 1, ['glad']));
});

test('where the graph for long texts cannot be opened these alone fail, and the other is released', async () => {
  const dir = await tinyTextModel({
    alone: true,
    change: (manifest) => {
      manifest.graph = 'tokenizer.json';
    },
  });
  const encoder = await openEncoder(await openModel(dir), 'native', 1);
  const results = await encoder.score([long, short, long].map((text) => ({ kind: 'text', text })));
  expect(results.map(({ error }) => error)).toEqual(['engine-failed', null, 'engine-failed']);
  await encoder.release();
});

test('a manifest that names such a graph without its hash is refused', async () => {
  const dir = await tinyTextModel({
    alone: true,
    change: (manifest) => {
      delete manifest.files['onnx/alone.onnx'];
    },
  });
  await expect(openModel(dir)).rejects.toMatchObject({ code: 'bad-model', place: { field: 'alone.graph', what: 'onnx/alone.onnx' } });
});
