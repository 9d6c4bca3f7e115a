import type { Span } from '../../schema/scores.ts';
import { maskText as mask } from '../consent/mask.ts';
import { NameList } from '../consent/name-list.ts';
import { listedNames } from '../store/names.ts';
import type { Store } from '../store/open.ts';

/** A text as it may be shown: handles, addresses, numbers and names replaced. */
export interface MaskedText {
  text: string;
  /** How many places were replaced. */
  masked: number;
  /** Moves spans of the text as given to the text shown; one inside a replaced place becomes all of that place. */
  shown(spans: readonly Span[]): Span[];
}

export type MaskText = (text: string, names: NameList) => MaskedText;

/** A replaced place: where it was in the text as given, in code points, and how long what stands there now is. */
interface Place {
  start: number;
  end: number;
  length: number;
}

/** The masked view of a text: as the encoders see it, with every name that the participant's exports list by now. */
export const maskText: MaskText = (text, names) => {
  const view = mask(text, names);
  const points = [...view.text];
  const places: Place[] = [];
  let shift = 0;
  for (const { start, end } of view.masks) {
    // What replaces a place is one word in brackets.
    const length = points.indexOf(']', start + shift) + 1 - (start + shift);
    places.push({ start, end, length });
    shift += length - (end - start);
  }
  return {
    text: view.text,
    masked: view.masks.length,
    shown: (spans) => spans.map(([begin, end]) => [moved(begin, places, false), moved(end, places, true)]),
  };
};

/** What to mask in the texts of a participant. */
export async function namesOf(store: Store, participant: string): Promise<NameList> {
  return new NameList(await listedNames(store, participant, null));
}

function moved(at: number, places: readonly Place[], isEnd: boolean): number {
  let shift = 0;
  for (const place of places) {
    if (place.start >= at) break;
    if (place.end > at) return place.start + shift + (isEnd ? place.length : 0);
    shift += place.length - (place.end - place.start);
  }
  return at + shift;
}
