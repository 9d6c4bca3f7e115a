import type { ErrorCode } from '../../schema/errors.ts';
import type { DriftChange, ParseContext, Parsed } from '../../schema/source.ts';

/** What a unit's fate says of the format, where it is that of most units. */
const says: Readonly<Partial<Record<ErrorCode, DriftChange['kind']>>> = {
  'no-id': 'missing-field',
  'no-time': 'missing-field',
  'no-text': 'missing-field',
  'wrong-shape': 'changed-type',
};

/**
 * Tells a format that has changed from single broken units: a field of ours that at least half of a part's readable or broken units
 * lack, or have in another shape, is reported once, by our own name of it.
 */
export class LostFields {
  readonly #lost = new Map<string, { change: DriftChange; units: number }>();
  #units = 0;

  add(item: Parsed): void {
    if (item.is === 'excluded') return;
    this.#units += item.units;
    if (item.is !== 'quarantined' || item.field === undefined) return;
    const kind = says[item.reason];
    if (kind === undefined) return;
    const key = `${kind} ${item.field}`;
    const lost = this.#lost.get(key) ?? { change: { kind, name: item.field }, units: 0 };
    lost.units += item.units;
    this.#lost.set(key, lost);
  }

  report(context: ParseContext): void {
    for (const { change, units } of this.#lost.values()) if (units * 2 >= this.#units) context.drift(change);
  }
}
