/** Whether a text is what the site puts where words were. */
export function isGone(text: unknown): boolean {
  return typeof text === 'string' && /^\s*\[(?:deleted|removed|deleted by user|removed by reddit)\]\s*$/i.test(text);
}

/** A post's title, and its body below where it has one. */
export function titled(title: string | undefined, body: string | undefined): string | undefined {
  if (title === undefined && body === undefined) return undefined;
  return [title, body].filter((part) => part !== undefined && part.trim() !== '' && !isGone(part)).join('\n\n');
}
