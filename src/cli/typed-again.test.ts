import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { typedAgain } from './typed-again.ts';

function terminal(isTTY = true) {
  const [input, output] = [Object.assign(new PassThrough(), { isTTY }), Object.assign(new PassThrough(), { isTTY })];
  return { input, output };
}

describe('what cannot be undone is asked about at a terminal', () => {
  it.each([
    ['P001\n', true],
    ['  P001 \n', true],
    ['P002\n', false],
    ['y\n', false],
    ['\n', false],
  ])('%j is taken as %s', async (line, expected) => {
    const { input, output } = terminal();
    const answer = typedAgain('Type the id again: ', 'P001', new AbortController().signal, { input, output });
    input.write(line);
    expect(await answer).toBe(expected);
    expect(String(output.read())).toBe('Type the id again: ');
  });

  it('takes an end of input and an interruption as no', async () => {
    const ended = terminal();
    ended.input.end();
    expect(await typedAgain('?', 'P001', new AbortController().signal, ended)).toBe(false);
    const interruption = new AbortController();
    const answer = typedAgain('?', 'P001', interruption.signal, terminal());
    interruption.abort();
    expect(await answer).toBe(false);
  });

  it('asks nobody where no terminal is', async () => {
    const { input, output } = terminal(false);
    expect(await typedAgain('?', 'P001', new AbortController().signal, { input, output })).toBe(true);
    expect(output.read()).toBeNull();
  });
});
