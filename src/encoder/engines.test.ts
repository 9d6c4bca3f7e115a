import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Encoder, EncoderInput, EncoderResult } from './encoder.ts';
import { openModel } from './model.ts';
import { openEncoder } from './open.ts';
import { runtimeVersions } from './runtime.ts';
import { texts } from './testing/texts.ts';

/** The tolerance that docs/reproducibility.md states, between engines, in probability and in levels of severity. */
const tolerance = 1e-4;
const models = join(import.meta.dirname, '../../models');
const opened: Encoder[] = [];
afterAll(async () => {
  for (const encoder of opened) await encoder.release();
});

async function open(name: string, engine: 'native' | 'wasm'): Promise<Encoder> {
  const encoder = await openEncoder(await openModel(join(models, name)), engine, 32);
  opened.push(encoder);
  return encoder;
}

const posts: EncoderInput[] = texts.slice(0, 10).map((text) => ({ kind: 'text', text }));

/** Largest difference of any number, and how many decisions differ. */
function compare(a: readonly EncoderResult[], b: readonly EncoderResult[]): { drift: number; flips: number } {
  let drift = 0;
  let flips = 0;
  a.forEach((row, k) => {
    row.heads.forEach((head, h) => {
      const other = b[k]?.heads[h];
      if (JSON.stringify(other?.decision) !== JSON.stringify(head.decision)) flips += 1;
      const theirs = Object.values(other?.scores ?? {}).flat();
      Object.values(head.scores)
        .flat()
        .forEach((x, at) => {
          drift = Math.max(drift, Math.abs(x - (theirs[at] ?? Number.NaN)));
        });
    });
  });
  return { drift, flips };
}

describe.each([['text', posts]] as const)('the model %s', (name, inputs) => {
  it('scores alike on both engines, within the tolerance, and decides the same', async () => {
    const native = await (await open(name, 'native')).score(inputs);
    const wasm = await (await open(name, 'wasm')).score(inputs);
    expect([...native, ...wasm].every((row) => row.error === null && row.heads.length === 8)).toBe(true);
    const { drift, flips } = compare(native, wasm);
    expect(drift).toBeLessThan(tolerance);
    expect(flips).toBe(0);
  });

  it('gives the same bits on the WebAssembly engine alone and in a batch', async () => {
    const wasm = await open(name, 'wasm');
    const few = inputs.slice(0, 6);
    const together = await wasm.score(few);
    const alone: EncoderResult[] = [];
    for (const input of few) alone.push(...(await wasm.score([input])));
    expect(alone).toEqual(together);
  });
});

describe('the versions of an engine', () => {
  it.each(['native', 'wasm'] as const)('%s are known', async (engine) => {
    const versions = await runtimeVersions(engine);
    expect(versions.engine).toBe(engine);
    expect(versions.onnxruntime).toMatch(/^1\./);
  });
});
