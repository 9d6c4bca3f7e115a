import { z } from 'zod';

export const Grade = z.enum(['validated', 'exploratory', 'weak']);
export type Grade = z.infer<typeof Grade>;

const Platt = z.object({ kind: z.literal('platt'), a: z.array(z.number()), b: z.array(z.number()) });
const Temperature = z.object({ kind: z.literal('temperature'), t: z.number().positive() });

const headBase = {
  name: z.string(),
  /** Name of the graph's output with its logits. */
  output: z.string(),
  grade: Grade,
  /** Name of the output (batch, tokens, n) that shares the logits out to tokens. */
  evidence: z.string().optional(),
};

/** A head: one output, how its logits become numbers, and where the numbers become decisions. */
export const Head = z.discriminatedUnion('type', [
  z.object({
    ...headBase,
    type: z.literal('multilabel'),
    labels: z.array(z.string()),
    calibration: Platt,
    thresholds: z.array(z.number()),
  }),
  z.object({ ...headBase, type: z.literal('binary'), calibration: Platt, thresholds: z.array(z.number()).length(1) }),
  z.object({
    ...headBase,
    type: z.literal('ordinal'),
    levels: z.int().min(2),
    calibration: Platt,
    cuts: z.array(z.number()),
    interval: z.number().min(0).max(1),
  }),
  z.object({ ...headBase, type: z.literal('categorical'), labels: z.array(z.string()), calibration: Temperature }),
]);
export type Head = z.infer<typeof Head>;

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
