import { z } from 'zod';
import { Head } from './heads.ts';

export { Grade, Head } from './heads.ts';

export const TextInput = z.object({
  kind: z.literal('text'),
  pad: z.int(),
  multiple: z.int().positive(),
  block: z.int().positive(),
  single_block_up_to: z.int().positive(),
  max_tokens: z.int().positive(),
});
export const SignalSpec = z.object({ rate: z.number().positive(), channels: z.int().positive() });
export const E4Input = z.object({
  kind: z.literal('e4'),
  window_s: z.number().positive(),
  hop_s: z.number().positive(),
  signals: z.record(z.string(), SignalSpec),
  min_present: z.number().min(0).max(1),
});

/** `manifest.json` of a model folder. */
export const ModelManifest = z.object({
  name: z.string(),
  version: z.string(),
  input: z.discriminatedUnion('kind', [TextInput, E4Input]),
  graph: z.string(),
  precision: z.enum(['fp32', 'int8']),
  license: z.string(),
  card: z.string(),
  metrics: z.string(),
  /** sha256 of every file that makes the numbers. */
  files: z.record(z.string(), z.string()),
  heads: z.array(Head),
});
export type ModelManifest = z.infer<typeof ModelManifest>;
export const Engine = z.enum(['native', 'wasm']);
export type Engine = z.infer<typeof Engine>;
