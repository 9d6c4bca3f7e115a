import { createHash } from 'node:crypto';
import type { Head, ModelManifest, Precision } from '../../schema/model.ts';

/**
 * Versions of what happens to an input before the graph sees it. Part of the model id, so each rises whenever
 * its step gives another result for the same input. `masking` follows the masking of `src/consent`.
 */
export const preprocessing = { text: 1, masking: 2, stream: 1 } as const;

/** JSON with sorted keys and no spaces: equal values give equal bytes. Numbers must be finite. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('Canonical JSON holds finite numbers only.');
  return JSON.stringify(value);
}

/** Lower-case hexadecimal SHA-256. */
export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Parts as one name: canonical JSON keeps ["ab","c"] and ["a","bc"] apart. */
function hashOf(...parts: unknown[]): string {
  return sha256(canonicalJson(parts));
}

/** What of a head makes its numbers: all but where and what is decided, and how far it was validated. */
function numbersOf(head: Head): unknown {
  const { grade: _grade, ...rest } = head;
  if (rest.type === 'multilabel') return { ...rest, thresholds: undefined, decides: undefined };
  if (rest.type === 'binary') return { ...rest, thresholds: undefined };
  if (rest.type === 'ordinal') return { ...rest, cuts: undefined };
  return rest.type === 'categorical' ? { ...rest, decides: undefined } : rest;
}

function decisionsOf(head: Head): unknown {
  const { name, type, calibration } = head;
  if (head.type === 'ordinal') return { name, type, calibration, cuts: head.cuts };
  if (head.type === 'regression') return { name, type, calibration };
  if (head.type === 'categorical') return { name, type, calibration, decides: head.decides };
  if (head.type === 'binary') return { name, type, calibration, thresholds: head.thresholds };
  return { name, type, calibration, thresholds: head.thresholds, decides: head.decides };
}

/** Names everything that makes a score's numbers: files, input form, heads with calibration, precision, preprocessing. */
export function modelIdOf(manifest: ModelManifest, mode: Mode = {}): string {
  const { input, int8 } = manifest;
  const low = mode.precision === 'int8' && int8 ? { sha256: int8.sha256, guards: int8.guards, margins: int8.margins } : undefined;
  const precision = low ? 'int8' : manifest.precision;
  // The graph of the int8 form makes none of the fp32 form's numbers.
  const files = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => low || name !== int8?.graph));
  const whole = mode.whole ? manifest.whole?.keep : undefined;
  const heads = manifest.heads.map(numbersOf);
  return hashOf('model', { files, input, precision, heads, preprocessing: stepsOf(input, mode), whole, int8: low });
}

/** How a model is used where there is more than one way. */
export interface Mode {
  /** A finished recording read twice. */
  whole?: boolean;
  precision?: Precision;
  /** Version of the masking, where it is not today's: models that runs used keep their ids. */
  masking?: number;
}

function stepsOf({ kind }: ModelManifest['input'], { masking }: Mode): Partial<Record<keyof typeof preprocessing, number>> {
  if (kind === 'text') return { text: preprocessing.text, masking: masking ?? preprocessing.masking };
  return { stream: preprocessing.stream };
}

/** Names calibration and thresholds of every head. */
export function thresholdsIdOf(manifest: ModelManifest): string {
  return hashOf('thresholds', manifest.heads.map(decisionsOf));
}

/** One head on one input. */
export function scoreId(inputId: string, modelId: string, head: string): string {
  return hashOf('score', inputId, modelId, head);
}

/** What was decided from a score: a new threshold makes a new decision of the same score. */
export function decisionId(score: string, thresholdsId: string): string {
  return hashOf('decision', score, thresholdsId);
}

/** Input id of a text outside a study: SHA-256 of the text as given, in UTF-8. */
export function textInputId(text: string): string {
  return sha256(text);
}
