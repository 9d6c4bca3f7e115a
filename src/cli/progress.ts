import { Presets, SingleBar } from 'cli-progress';

/** Progress on standard error: a bar on a terminal, else a line now and then. */
export interface Progress {
  /** @param total the same unit as `done`; null while it is not known */
  update(done: number, total: number | null, detail?: string): void;
  end(): void;
}

/** Lines are at least this far apart, ms, so that a log stays short. */
const lineEvery = 2000;

export function makeProgress(label: string, unit: string): Progress {
  return process.stderr.isTTY ? barProgress(label, unit) : lineProgress(label, unit);
}

function barProgress(label: string, unit: string): Progress {
  const format = `${label} {bar} {value}/{total} ${unit} {detail}`;
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: false }, Presets.shades_classic);
  let started = false;
  return {
    update(done, total, detail = '') {
      const all = Math.max(total ?? 0, done);
      if (started) {
        bar.setTotal(all);
        bar.update(done, { detail });
      } else bar.start(all, done, { detail });
      started = true;
    },
    end() {
      if (started) bar.stop();
    },
  };
}

function lineProgress(label: string, unit: string): Progress {
  let last = 0;
  let pending: string | null = null;
  const write = (text: string) => process.stderr.write(`${text}\n`);
  return {
    update(done, total, detail = '') {
      pending = `${label}: ${done}${total === null ? '' : `/${total}`} ${unit}${detail ? ` ${detail}` : ''}`;
      const now = performance.now();
      if (now - last < lineEvery) return;
      last = now;
      write(pending);
      pending = null;
    },
    end() {
      if (pending) write(pending);
      pending = null;
    },
  };
}
