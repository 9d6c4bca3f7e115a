import type { StreamInput } from '../../schema/model.ts';
import type { Slice } from '../../src/encoder/stream/block.ts';
import { openStream, saveStream } from '../../src/encoder/stream/stateBytes.ts';
import { type Advance, RecordingStream, type StreamWindow } from '../../src/encoder/stream/stream.ts';
import type { Store } from '../../src/store/open.ts';
import { forms } from '../../src/store/signal-tables/forms.ts';
import { type FrozenTable, openStretches } from '../../src/store/signal-tables/frozen.ts';
import type { SavedState } from '../../src/store/signal-tables/states.ts';
import type { Scored } from './score-inputs.ts';

/** Runs nothing: what was read is named without the model. */
const unread: Advance = async (carried) => ({ carried, results: [] });

/** How a way through a participant's minutes or days begins where another has been before, and tells how far it came. */
export interface Passage {
  /** What was carried behind the first stretches; left out, it begins with the first. */
  from?: SavedState | null;
  /** Told what is carried before the last stretch: that one will be another when more has come. */
  beforeLast?: (state: SavedState) => void;
}

/** Windows of a participant's frozen minutes or days, each known by all that came before it. Held is one stretch. */
export async function* tableWindows(
  store: Store,
  form: StreamInput,
  advance: Advance,
  frozen: FrozenTable,
  ordinal: number,
  { from = null, beforeLast }: Passage = {},
): AsyncGenerator<Scored> {
  const stream = from === null ? new RecordingStream(form, advance) : openStream(from.body, form, advance);
  const { stepMs } = forms[frozen.form];
  let stretch = from?.stretches ?? 0;
  for await (const { source, slice } of slicesOf(store, form, frozen, stretch)) {
    stretch += 1;
    if (stretch === frozen.rows.length && stretch > 1) beforeLast?.({ stretches: stretch - 1, body: saveStream(stream) });
    for await (const window of stream.feed(slice)) {
      yield {
        ...{ ordinal, participant: frozen.participant, source, record: null },
        inputId: inputIdOf(store, frozen, window),
        // Of a stretch that reaches back a week, the day that it was heard to its end.
        day: new Date(window.endMs - stepMs).toISOString().slice(0, 10),
        timeMs: window.startMs,
        endMs: window.endMs,
        present: window.present,
        sinceMs: window.sinceMs,
        heads: window.result.heads,
        error: window.result.error,
      };
    }
  }
}

/** Input ids of all windows, in order, as `tableWindows` names them. */
export async function tableInputIds(store: Store, form: StreamInput, frozen: FrozenTable): Promise<string[]> {
  const ids: string[] = [];
  for await (const { inputId } of tableWindows(store, form, unread, frozen, 0)) ids.push(inputId);
  return ids;
}

/** The chain names what was read; participant, form and time keep windows apart that happen to have read the same. */
function inputIdOf(store: Store, { study, participant, form }: FrozenTable, window: StreamWindow): string {
  return store.secrets.study(study)('input', participant, `${form}|${window.endMs}`, '', window.chain);
}

async function* slicesOf(
  store: Store,
  form: StreamInput,
  frozen: FrozenTable,
  from: number,
): AsyncGenerator<{ source: string; slice: Slice }> {
  const { stepMs } = forms[frozen.form];
  for await (const { source, startMs, endMs, signals } of openStretches(store, frozen, from)) {
    const steps = Math.max(0, (endMs - startMs) / stepMs);
    const pieces = Object.entries(signals).flatMap(([signal, values]) => {
      const spec = form.signals[signal];
      // A signal that this model does not hear.
      return spec === undefined ? [] : [{ signal, startMs, rate: spec.rate, channels: spec.channels, values: values.subarray(0, steps) }];
    });
    yield { source, slice: { pieces, untilMs: endMs } };
  }
}
