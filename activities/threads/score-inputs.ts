import type { z } from 'zod';
import { AfferentError, type ErrorCode, toAfferentError } from '../../schema/errors.ts';
import type { E4Input, Engine } from '../../schema/model.ts';
import type { HeadResult } from '../../schema/scores.ts';
import { maskText, NAMES_SINCE } from '../../src/consent/mask.ts';
import { NameList } from '../../src/consent/name-list.ts';
import { recordingWindows } from '../../src/encoder/e4/recordingWindows.ts';
import type { E4Window } from '../../src/encoder/e4/window.ts';
import type { SignalBlock } from '../../src/encoder/e4/windower.ts';
import { windowInputId } from '../../src/encoder/e4/windowInputId.ts';
import type { Encoder, EncoderResult } from '../../src/encoder/encoder.ts';
import { listedNames } from '../../src/store/names.ts';
import type { Store } from '../../src/store/open.ts';
import { openPosts, recordingOwner, recordingSignal } from '../../src/store/run-inputs.ts';
import { firstRunStart, type RunModel } from '../../src/store/runs.ts';
import type { Tables } from '../../src/store/tables.ts';
import { keptEncoder } from './encoders.ts';
import { scoreStream } from './score-stream.ts';

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

/** Windows that go through the graph together. */
const windowsAtOnce = 64;
/** Posts that are opened, scored and handed on together. */
const postsAtOnce = 256;

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
): AsyncGenerator<{ inputs: readonly RunInput[]; scored: Scored[] }> {
  if (model.input === 'text') yield* scorePosts(store, models, model, engine, inputs);
  else {
    for (const input of inputs) yield { inputs: [input], scored: await wholeRecording(store, models, model, engine, input) };
  }
}

/** Faults of one recording, such as a rate that the model does not take; the run goes on without it. */
const recordingFaults: ReadonlySet<ErrorCode> = new Set(['wrong-shape', 'bad-value', 'too-little-signal', 'engine-failed']);

async function wholeRecording(store: Store, models: string, model: RunModel, engine: Engine, input: RunInput): Promise<Scored[]> {
  const scored: Scored[] = [];
  try {
    const { model: loaded, streams, encoder } = await keptEncoder(models, model, engine);
    const { input: form } = loaded.manifest;
    if (streams && form.kind === 'e4-stream') scored.push(...(await scoreStream(store, form, streams.advance, input)));
    else if (encoder)
      for await (const slice of scoreRecording(store, form as z.infer<typeof E4Input>, encoder, input)) scored.push(...slice);
    return scored;
  } catch (thrown) {
    const { code } = toAfferentError(thrown);
    if (code === 'key-gone') return [];
    if (!recordingFaults.has(code)) throw thrown;
    const place = { participant: input.participant ?? '', source: '', record: null, inputId: '', day: '', timeMs: 0, endMs: 0 };
    return [{ ordinal: input.ordinal, ...place, present: null, heads: [], error: code }];
  }
}

async function* scorePosts(store: Store, models: string, model: RunModel, engine: Engine, inputs: readonly RunInput[]) {
  const { encoder } = await keptEncoder(models, model, engine);
  if (encoder === null) throw new AfferentError('bad-model', { what: model.name });
  const listedUntil = inputs[0] === undefined ? '' : await firstRunStart(store, inputs[0].run);
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
async function namesFor(store: Store, model: RunModel, posts: readonly { participant: string }[], until: string): Promise<Map<string, NameList>> {
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

/** A recording, window by window, with bounded memory. */
async function* scoreRecording(store: Store, form: z.infer<typeof E4Input>, encoder: Encoder, input: RunInput): AsyncGenerator<Scored[]> {
  const owner = await recordingOwner(store, input);
  if (owner === null) return;
  const hash = store.secrets.study(owner.study);
  const streams = Object.fromEntries(Object.keys(form.signals).map((name) => [name, blocks(store, input, name)]));
  let waiting: E4Window[] = [];
  for await (const window of recordingWindows(streams, form)) {
    waiting.push(window);
    if (waiting.length < windowsAtOnce) continue;
    yield await score(waiting);
    waiting = [];
  }
  if (waiting.length > 0) yield await score(waiting);

  async function score(windows: readonly E4Window[]): Promise<Scored[]> {
    const { participant, source, sessionMs } = owner as NonNullable<typeof owner>;
    const results = await encoder.score(windows.map((window) => ({ kind: 'window', window })));
    return windows.map((window, k): Scored => {
      const result = results[k] as (typeof results)[number];
      return {
        ordinal: input.ordinal,
        participant,
        source,
        record: null,
        inputId: hash('input', participant, `${sessionMs}|${window.index}`, '', windowInputId(window)),
        day: new Date(window.startMs).toISOString().slice(0, 10),
        timeMs: Math.round(window.startMs),
        endMs: Math.round(window.endMs),
        present: window.present,
        heads: result.heads,
        error: result.error,
      };
    });
  }
}

/** The stored pieces of a signal as the windower takes them; the store has its signals in lower case. */
async function* blocks(store: Store, input: RunInput, name: string): AsyncGenerator<SignalBlock> {
  for await (const piece of recordingSignal(store, input, name.toLowerCase())) {
    yield { signal: name, startMs: piece.startMs, rate: piece.rate, channels: piece.channels, values: piece.values };
  }
}
