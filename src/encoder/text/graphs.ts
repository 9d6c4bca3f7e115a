import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Engine } from '../../../schema/model.ts';
import type { Int8 } from '../int8/weights.ts';
import type { Model } from '../model.ts';
import { type Graph, openGraph } from '../runtime.ts';
import { whenNeeded } from '../when-needed.ts';
import type { TextBatch } from './plan.ts';

/** The graphs of a text model: one for texts together and for long ones, and one for a short text by itself where there is such. */
export interface TextGraphs {
  of(batch: TextBatch): Promise<Graph>;
  release(): Promise<void>;
}

/**
 * Opens the graph that short texts need; where that is the one for a text by itself, the other follows with the first long text.
 * Both give a text the same bits: the one spares the work of packing texts together, the other the memory of a second graph.
 * Rejects with the engine's error for a bad graph.
 * @param byItself whether every text is run by itself
 */
export async function openTextGraphs(model: Model, engine: Engine, byItself: boolean, int8?: Int8): Promise<TextGraphs> {
  const openMany = () => (int8 ? openGraph(int8.graphPath, engine, [int8.weights]) : openGraph(model.graphPath, engine));
  if (int8 || model.alone === null || !byItself) {
    const graph = await openMany();
    return { of: async () => graph, release: () => graph.release() };
  }
  const { path, upTo } = model.alone;
  const alone = await openGraph(path, engine, await weightsFor(engine, model.graphPath));
  const many = whenNeeded(openMany);
  return {
    of: async ({ width }) => (width <= upTo ? alone : many.get()),
    async release() {
      await alone.release();
      await many.release();
    },
  };
}

/** Of the graph for a text by itself: they lie in the other one's file, which the native engine finds by its name. */
async function weightsFor(engine: Engine, path: string) {
  return engine === 'wasm' ? [{ path: basename(path), data: await readFile(path) }] : undefined;
}
