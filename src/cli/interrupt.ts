/** Ctrl-C and SIGTERM as an abort signal; the third time ends the process at once. */
export function interruptSignal(): { signal: AbortSignal; interrupted: () => boolean; done: () => void } {
  const controller = new AbortController();
  let times = 0;
  const onSignal = () => {
    times++;
    if (times === 1) controller.abort();
    if (times === 2) process.stderr.write('afferent: stopping; once more to end at once\n');
    if (times > 2) process.exit(130);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    interrupted: () => times > 0,
    done: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
