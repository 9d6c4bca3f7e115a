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

const StreamSignal = SignalSpec.extend({
  /** Least and greatest value that a worn sensor gives: one beyond them counts as missing. */
  valid: z.tuple([z.number(), z.number()]).optional(),
});

/** A recording read block by block, with what the model carries from one block to the next. */
export const StreamInput = z.object({
  kind: z.literal('e4-stream'),
  /** Length of a block, and time from one output to the next, seconds. */
  block_s: z.number().positive(),
  /** Length of the stretch before each output whose recorded share is told and asked for, seconds. */
  window_s: z.number().positive().default(60),
  /** A stretch of this many seconds without any sample ends the state; what follows begins a new one. */
  restart_s: z.number().positive().default(7200),
  /** Length of the parts of a block whose recorded share the graph is told, seconds; a quarter second when left out. */
  present_s: z.number().positive().optional(),
  /** Numbers that the model carries. */
  carried: z.int().positive(),
  signals: z.record(z.string(), StreamSignal),
  min_present: z.number().min(0).max(1),
});
export type StreamInput = z.infer<typeof StreamInput>;

/** What a second pass over a finished recording begins with: these stretches [start, end) of what the first ended with. */
export const WholePass = z.object({ keep: z.array(z.tuple([z.int().min(0), z.int().min(0)])) });

/** A tensor of the int8 form: bytes of a file of the folder, taken as they are or, with scales, as fp16 rows × cols made int8. */
const Int8Tensor = z.object({
  tensor: z.string(),
  file: z.string(),
  offset: z.int().min(0),
  /** Bytes. */
  length: z.int().positive(),
  rows: z.int().positive(),
  cols: z.int().positive(),
  /** One a column. */
  scales: z.array(z.number().positive()).optional(),
  /** By number of a row: what the activation that it meets is multiplied by in the graph; its weights are divided by it. */
  factors: z.record(z.string(), z.number().positive()).optional(),
});

/** The int8 form of a model: a graph whose weights are built from those of the fp32 one. */
export const Int8Form = z.object({
  graph: z.string(),
  /** Name under which the graph refers to its weights. */
  data: z.string(),
  built_from: z.array(Int8Tensor),
  /** Of the built weights. */
  sha256: z.string(),
  /** Greatest value of a row for each of the graph's counters, `sat_…` and `loss_…`; beyond it the row is scored in fp32. */
  guards: z.record(z.string(), z.number()),
  /** Head → how near what it compares may come to a threshold or cut, in the same scale; nearer, the row is scored in fp32. */
  margins: z.record(z.string(), z.number().nonnegative()).optional(),
});
export type Int8Form = z.infer<typeof Int8Form>;

export const Precision = z.enum(['fp32', 'int8']);
export type Precision = z.infer<typeof Precision>;

/** `manifest.json` of a model folder. */
export const ModelManifest = z.object({
  name: z.string(),
  version: z.string(),
  input: z.discriminatedUnion('kind', [TextInput, StreamInput]),
  graph: z.string(),
  /** Graph of the same numbers for one text of up to so many tokens by itself; its weights are those in the file of `graph`. */
  alone: z.object({ graph: z.string(), up_to: z.int().positive() }).optional(),
  precision: Precision,
  int8: Int8Form.optional(),
  license: z.string(),
  card: z.string(),
  metrics: z.string(),
  /** sha256 of every file that makes the numbers. */
  files: z.record(z.string(), z.string()),
  heads: z.array(Head),
  /** There when finished recordings can be read twice. */
  whole: WholePass.optional(),
});
export type ModelManifest = z.infer<typeof ModelManifest>;
export const Engine = z.enum(['native', 'wasm']);
export type Engine = z.infer<typeof Engine>;
