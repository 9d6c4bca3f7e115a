import { z } from 'zod';

export const Grade = z.enum(['validated', 'exploratory', 'weak']);
export type Grade = z.infer<typeof Grade>;

const numbers = z.array(z.number());
const Platt = z.object({ kind: z.literal('platt'), a: numbers, b: numbers });
const Temperature = z.object({ kind: z.literal('temperature'), t: z.number().positive() });
const Linear = z.object({ kind: z.literal('linear'), a: numbers, b: numbers });

/**
 * Bounds of each calibrated probability over its raw logit: a row of `low` and `high` a label, a number a grid point,
 * between points linear, beyond the grid as at its ends.
 */
export const IntervalTable = z.object({ grid: numbers.min(1), low: z.array(numbers), high: z.array(numbers) });
export type IntervalTable = z.infer<typeof IntervalTable>;

const headBase = {
  name: z.string(),
  /** Name of the graph's output with its logits. */
  output: z.string(),
  grade: Grade,
  /** Name of the output (batch, tokens, n) that shares the logits out to tokens. */
  evidence: z.string().optional(),
};
const labelled = { labels: z.array(z.string()).min(1) };
const bounded = { interval: IntervalTable.optional() };

/** A head: one output, how its logits become numbers, and where the numbers become decisions. */
export const Head = z.discriminatedUnion('type', [
  z.object({
    ...headBase,
    ...labelled,
    ...bounded,
    type: z.literal('multilabel'),
    calibration: Platt,
    /** Left out only where the head decides nothing. */
    thresholds: numbers.optional(),
    /** False where the head gives probabilities and no decision. */
    decides: z.literal(false).optional(),
    /** Grouping → group → its labels: a group's probability is that at least one member holds, as if they were independent. */
    groups: z.record(z.string(), z.record(z.string(), z.array(z.string()))).optional(),
  }),
  z.object({ ...headBase, ...bounded, type: z.literal('binary'), calibration: Platt, thresholds: numbers.length(1) }),
  z.object({
    ...headBase,
    type: z.literal('ordinal'),
    levels: z.int().min(2),
    calibration: Platt,
    cuts: numbers,
    interval: z.number().min(0).max(1),
  }),
  z.object({
    ...headBase,
    ...labelled,
    ...bounded,
    type: z.literal('categorical'),
    calibration: Temperature,
    /** What is decided: the label (left out: the same), or its number from 0. */
    decides: z.enum(['label', 'index']).optional(),
  }),
  z.object({
    ...headBase,
    ...labelled,
    type: z.literal('regression'),
    /** Least and greatest value of the scale. */
    range: z.tuple([z.number(), z.number()]),
    calibration: Linear,
    /** Half the width of each label's interval. */
    half_width: z.array(z.number().min(0)),
  }),
]);
export type Head = z.infer<typeof Head>;
