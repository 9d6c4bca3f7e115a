/** Ctrl-C and SIGTERM: the first asks for an orderly end, the second for a quick one, the third ends the process at once. */
export interface Interruption {
  first: AbortSignal;
  second: AbortSignal;
  done(): void;
}

export function listenForInterruption(): Interruption {
  const [first, second] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    if (second.signal.aborted) process.exit(130);
    else if (first.signal.aborted) second.abort();
    else first.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    first: first.signal,
    second: second.signal,
    done() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
