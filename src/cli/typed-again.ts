import { createInterface } from 'node:readline/promises';

/** Where somebody may sit: a terminal both to read from and to write to. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

const here: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks whoever sits at the terminal to type `wanted` once more. True where they did, and where nobody sits there: a script has
 * nothing to mistype. An end of input and an interruption are no.
 */
export async function typedAgain(
  question: string,
  wanted: string,
  signal: AbortSignal,
  { input, output }: Terminal = here,
): Promise<boolean> {
  if (!input.isTTY || !output.isTTY) return true;
  // Not as a terminal: the terminal's own line editing does, and Ctrl-C stays a signal.
  const asker = createInterface({ input, output, terminal: false });
  const ended = new Promise<string>((resolve) => asker.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([asker.question(question, { signal }), ended]);
    return answer.trim() === wanted;
  } catch {
    return false;
  } finally {
    asker.close();
  }
}
