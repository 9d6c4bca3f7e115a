import type { Span } from '../../schema/scores.ts';
import { maskText as mask } from '../consent/mask.ts';

/** A text as it may be shown: handles, addresses, numbers and names replaced. */
export interface MaskedText {
  text: string;
  /** How many places were replaced. */
  masked: number;
  /** Moves spans of the text as given to the text shown; one inside a replaced place becomes all of that place. */
  shown(spans: readonly Span[]): Span[];
}

export type MaskText = (text: string) => MaskedText;

/** A replaced place: where it was in the text as given, in code points, and how long what stands there now is. */
interface Place {
  start: number;
  end: number;
  length: number;
}

/** The masked view of a text, the same that the encoders saw. */
export const maskText: MaskText = (text) => {
  const view = mask(text);
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

function moved(at: number, places: readonly Place[], isEnd: boolean): number {
  let shift = 0;
  for (const place of places) {
    if (place.start >= at) break;
    if (place.end > at) return place.start + shift + (isEnd ? place.length : 0);
    shift += place.length - (place.end - place.start);
  }
  return at + shift;
}
