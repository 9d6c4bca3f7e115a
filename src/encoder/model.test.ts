import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from './model.ts';
import { tinyTextModel } from './testing/tinyModels.ts';

describe('opening a model folder', () => {
  it('gives its name and ids', async () => {
    const model = await openModel(await tinyTextModel());
    expect(model.ref).toBe(`tiny@${model.modelId}`);
    expect(model.modelId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says so where there is none', async () => {
    await expect(openModel('/nowhere/at/all')).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it.each(['manifest.json', 'tokenizer.json', 'onnx/model.onnx'])('names %s where it is missing', async (name) => {
    const dir = await tinyTextModel();
    await rm(join(dir, name));
    await expect(openModel(dir)).rejects.toMatchObject({ code: 'bad-model', place: { what: name } });
  });

  it('notices one changed byte', async () => {
    const dir = await tinyTextModel();
    const bytes = await readFile(join(dir, 'onnx/model.onnx'));
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    await writeFile(join(dir, 'onnx/model.onnx'), bytes);
    await expect(openModel(dir)).rejects.toMatchObject({ code: 'bad-model', place: { what: 'onnx/model.onnx' } });
  });

  it.each<[string, Parameters<typeof tinyTextModel>[0]]>([
    ['a file outside the folder', { change: (manifest) => Object.assign(manifest.files, { '../x': 'aa' }) }],
    ['a graph that is not hashed', { change: (manifest) => Object.assign(manifest, { graph: 'other.onnx' }) }],
    ['thresholds for other labels', { change: (manifest) => Object.assign(manifest.heads[0] ?? {}, { thresholds: [0.5] }) }],
    ['a head of no known type', { change: (manifest) => Object.assign(manifest.heads[0] ?? {}, { type: 'oracle' }) }],
  ])('refuses %s', async (_what, options) => {
    await expect(openModel(await tinyTextModel(options))).rejects.toMatchObject({ code: 'bad-model' });
  });
});
