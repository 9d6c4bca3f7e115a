import type { Span } from '../../schema/scores.ts';

/** A text as the encoder sees it, and the way back to the text as given. */
export interface MaskedView {
  text: string;
  masked: number;
  toGiven: (span: Span) => Span;
}

export function maskedView(text: string): MaskedView {
  return { text, masked: 0, toGiven: (span) => span };
}
