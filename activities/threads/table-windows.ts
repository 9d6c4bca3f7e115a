import type { StreamInput } from '../../schema/model.ts';
import type { Slice } from '../../src/encoder/stream/block.ts';
import { readRecording } from '../../src/encoder/stream/readRecording.ts';
import type { Advance, StreamWindow } from '../../src/encoder/stream/stream.ts';
import type { Store } from '../../src/store/open.ts';
import { forms } from '../../src/store/signal-tables/forms.ts';
import { type FrozenTable, openStretches } from '../../src/store/signal-tables/frozen.ts';
import type { Scored } from './score-inputs.ts';

/** Runs nothing: what was read is named without the model. */
const unread: Advance = async (carried) => ({ carried, results: [] });

/** Windows of a participant's frozen minutes or days, from their beginning. Held is one stretch. */
export async function* tableWindows(
  store: Store,
  form: StreamInput,
  advance: Advance,
  frozen: FrozenTable,
  ordinal: number,
): AsyncGenerator<Scored> {
  const place = { source: '', ordinal, participant: frozen.participant, record: null };
  const slices = slicesOf(store, form, frozen, (source) => {
    place.source = source;
  });
  const { stepMs } = forms[frozen.form];
  for await (const window of readRecording(slices, form, advance)) {
    yield {
      ...place,
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

/** @param enters told before each stretch which source most of it came from */
async function* slicesOf(store: Store, form: StreamInput, frozen: FrozenTable, enters: (source: string) => void): AsyncGenerator<Slice> {
  const { stepMs } = forms[frozen.form];
  for await (const { source, startMs, endMs, signals } of openStretches(store, frozen)) {
    const steps = Math.max(0, (endMs - startMs) / stepMs);
    const pieces = Object.entries(signals).flatMap(([signal, values]) => {
      const spec = form.signals[signal];
      // A signal that this model does not hear.
      return spec === undefined ? [] : [{ signal, startMs, rate: spec.rate, channels: spec.channels, values: values.subarray(0, steps) }];
    });
    enters(source);
    yield { pieces, untilMs: endMs };
  }
}
