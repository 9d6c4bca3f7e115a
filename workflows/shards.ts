/** Posts of a shard: enough to fill batches of like length, few enough that many workers share a run. */
const postsInShard = 1024;
/** A run of a million posts would otherwise hold a thousand activities in one history. */
const mostShards = 200;

/**
 * Ranges [from, to) of a run's inputs. Posts come first and go by the thousand; each recording is a shard of its own, unless there are too many.
 * @param inputs how many inputs the run has
 * @param recordingsFrom ordinal of the first recording
 */
export function shardsOf(inputs: number, recordingsFrom: number): { shards: [number, number][]; tail: [number, number][] } {
  return {
    shards: ranges(0, recordingsFrom, Math.max(postsInShard, Math.ceil(recordingsFrom / mostShards))),
    tail: ranges(recordingsFrom, inputs, Math.max(1, Math.ceil((inputs - recordingsFrom) / mostShards))),
  };
}

function ranges(from: number, to: number, size: number): [number, number][] {
  const list: [number, number][] = [];
  for (let at = from; at < to; at += size) list.push([at, Math.min(at + size, to)]);
  return list;
}
