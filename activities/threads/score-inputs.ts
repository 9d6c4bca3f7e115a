import { AfferentError, type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import type { Engine } from '../../schema/model.ts';
import type { HeadResult } from '../../schema/scores.ts';
import { maskText, NAMES_SINCE } from '../../src/consent/mask.ts';
import { NameList } from '../../src/consent/name-list.ts';
import type { EncoderResult } from '../../src/encoder/encoder.ts';
import { listedNames, namesUntil } from '../../src/store/names.ts';
import type { Store } from '../../src/store/open.ts';
import { openPosts } from '../../src/store/run-inputs.ts';
import type { RunModel } from '../../src/store/runs.ts';
import { frozenTable } from '../../src/store/signal-tables/frozen.ts';
import type { Tables } from '../../src/store/tables.ts';
import { keptEncoder } from './encoders.ts';
import { scoreStream } from './score-stream.ts';
import { tableWindows } from './table-windows.ts';

/** One scored input: a post, or a window of a recording. */
export interface Scored {
  ordinal: number;
  participant: string;
  source: string;
  record: string | null;
  inputId: string;
  day: string;
  timeMs: number;
  endMs: number;
  present: Record<string, number> | null;
  /** Of a stream's window: since when the model carried what it knew. */
  sinceMs?: number;
  heads: HeadResult[];
  low?: EncoderResult['low'];
  error: ErrorCode | null;
}

type RunInput = Tables['run_input'];

/** Posts that are opened, scored and handed on together: the more, the less often a commit writes the same pages of the indexes. */
export const postsAtOnce = 512;

/** Inputs that were scored together. Of a long one the windows come in parts, one after another. */
export interface ScoredSlice {
  inputs: readonly RunInput[];
  scored: Scored[];
  /** More of the same input follows. */
  more?: boolean;
  /** What kept the rest of the input from being computed. */
  fault?: ErrorCode;
}

/** Windows of one part. */
const windowsAtOnce = 2_000;

/**
 * Scores inputs of a run, a slice at a time. Inputs that were erased meanwhile are absent. The numbers of an input do not
 * depend on its slice.
 */
export async function* scoreInputs(
  store: Store,
  models: string,
  model: RunModel,
  engine: Engine,
  inputs: readonly RunInput[],
): AsyncGenerator<ScoredSlice> {
  if (model.input === 'text') yield* scorePosts(store, models, model, engine, inputs);
  else if (model.input !== 'e4') {
    for (const input of inputs) yield* tableParts(store, models, model, engine, input);
  } else {
    for (const input of inputs) yield { inputs: [input], ...(await wholeRecording(store, models, model, engine, input)) };
  }
}

/** Faults of one recording, or of one participant's minutes or days, such as a rate that the model does not take; the run goes on without it. */
export const recordingFaults: ReadonlySet<ErrorCode> = new Set(['wrong-shape', 'bad-value', 'too-little-signal', 'engine-failed']);

async function wholeRecording(
  store: Store,
  models: string,
  model: RunModel,
  engine: Engine,
  input: RunInput,
): Promise<Pick<ScoredSlice, 'scored' | 'fault'>> {
  try {
    const { model: loaded, streams } = await keptEncoder(models, model, engine);
    const { input: form } = loaded.manifest;
    if (streams === null || form.kind !== 'e4-stream') throw new AfferentError('bad-model', { what: model.name });
    return { scored: await scoreStream(store, form, streams.advance, input) };
  } catch (thrown) {
    const { code } = toAfferentError(thrown);
    if (code === 'key-gone') return { scored: [] };
    if (!recordingFaults.has(code)) throw thrown;
    const place = { participant: input.participant ?? '', source: '', record: null, inputId: '', day: '', timeMs: 0, endMs: 0 };
    return { scored: [{ ordinal: input.ordinal, ...place, present: null, heads: [], error: code }], fault: code };
  }
}

/** Windows of a participant's minutes or days; nothing is kept behind the part that they come in. */
async function* tableParts(store: Store, models: string, model: RunModel, engine: Engine, input: RunInput): AsyncGenerator<ScoredSlice> {
  const { model: loaded, streams } = await keptEncoder(models, model, engine);
  const { input: form } = loaded.manifest;
  if (streams === null || form.kind !== 'e4-stream') throw new AfferentError('bad-model', { what: model.name });
  const frozen = await frozenTable(store, input);
  let scored: Scored[] = [];
  let any = false;
  const windows = frozen && tableWindows(store, form, streams.advance, frozen, input.ordinal);
  for (;;) {
    const next = await windows?.next().catch((thrown: unknown) => toAfferentError(thrown));
    if (next instanceof AfferentError) {
      if (!recordingFaults.has(next.code)) throw next;
      yield { inputs: [input], scored, fault: next.code };
      return;
    }
    if (next === undefined || next.done) break;
    scored.push(next.value);
    any = true;
    if (scored.length < windowsAtOnce) continue;
    yield { inputs: [input], scored, more: true };
    scored = [];
  }
  // Another model of the form may say something earlier, and have had them frozen.
  yield { inputs: [input], scored, ...(frozen !== null && !any && { fault: 'too-little-signal' as const }) };
}

async function* scorePosts(store: Store, models: string, model: RunModel, engine: Engine, inputs: readonly RunInput[]) {
  const { encoder } = await keptEncoder(models, model, engine);
  if (encoder === null) throw new AfferentError('bad-model', { what: model.name });
  const listedUntil = inputs[0] === undefined ? '' : await namesUntil(store, inputs[0].run);
  for (let i = 0; i < inputs.length; i += postsAtOnce) {
    const slice = inputs.slice(i, i + postsAtOnce);
    const posts = await openPosts(store, slice);
    const names = await namesFor(store, model, posts, listedUntil);
    const masked = posts.map((post) => maskText(post.post.text, names.get(post.participant) ?? null));
    const results = await encoder.score(masked.map(({ text }) => ({ kind: 'text', text })));
    const scored = posts.map((post, k): Scored => {
      const result = results[k] as (typeof results)[number];
      const view = masked[k] as (typeof masked)[number];
      return {
        ordinal: post.ordinal,
        participant: post.participant,
        source: post.source,
        record: post.record,
        inputId: post.inputId,
        day: post.day,
        timeMs: post.timeMs,
        endMs: post.timeMs,
        present: null,
        low: result.low,
        heads: result.heads.map((head) => ({ ...head, evidence: originalSpans(head.evidence, view) })),
        error: result.error,
      };
    });
    yield { inputs: slice, scored };
  }
}

/** Names to mask for each participant: those that were listed when the inputs were first scored, so that a rerun masks the same. */
async function namesFor(
  store: Store,
  model: RunModel,
  posts: readonly { participant: string }[],
  until: string,
): Promise<Map<string, NameList>> {
  const lists = new Map<string, NameList>();
  if ((model.masking ?? 1) < NAMES_SINCE) return lists;
  for (const participant of new Set(posts.map((post) => post.participant))) {
    lists.set(participant, new NameList(await listedNames(store, participant, until)));
  }
  return lists;
}

function originalSpans(evidence: HeadResult['evidence'], view: ReturnType<typeof maskText>): HeadResult['evidence'] {
  return Object.fromEntries(Object.entries(evidence).map(([name, spans]) => [name, spans.map((span) => view.toOriginal(span))]));
}
