/** Ctrl-C and SIGTERM: the first asks for an orderly end, the second for a quick one, the third ends the process at once. */
export interface Interruption {
  first: AbortSignal;
  second: AbortSignal;
  done(): void;
}

export function listenForInterruption(): Interruption {
  const [first, second] = [new AbortController(), new AbortController()];
  const done = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (second.signal.aborted) {
      // By the signal itself, not by an exit: that would wait for scoring threads, and abort within a run of the engine.
      done();
      process.kill(process.pid, signal);
    } else if (first.signal.aborted) second.abort();
    else first.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    first: first.signal,
    second: second.signal,
    done,
  };
}
