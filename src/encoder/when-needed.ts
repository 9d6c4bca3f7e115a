interface Released {
  release(): Promise<void>;
}

/** What is opened when it is first asked for. Where that fails, the next to ask tries again, and there is nothing to release. */
export function whenNeeded<T extends Released>(open: () => Promise<T>): Released & { get(): Promise<T> } {
  let opened: Promise<T> | null = null;
  return {
    get() {
      opened ??= open().catch((thrown) => {
        opened = null;
        throw thrown;
      });
      return opened;
    },
    async release() {
      await (await opened?.catch(() => null))?.release();
    },
  };
}
