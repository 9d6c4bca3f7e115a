import { byteFaults, type ExportFile } from './bytes.ts';
import { hostileGzip, hostileZip } from './container.ts';
import { reencoded } from './encoding.ts';
import { jsonFault } from './json.ts';
import { pick, type Random, seededRandom } from './random.ts';
import { resealed } from './seal.ts';
import { textFaults } from './text.ts';

/** No mutated file grows beyond this, but for the bombs. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * An export made of fixtures of a kind: one file of it damaged, few others beside it; as a folder, packed, or in a zip that may be
 * hostile itself. The same seed gives the same; `turn` says which of the files is damaged, so that all have theirs.
 */
export function mutatedExport(seed: number, files: readonly ExportFile[], turn = seed): ExportFile[] {
  const random = seededRandom(seed);
  const chosen = files[turn % files.length] as ExportFile;
  const damaged = { name: chosen.name, bytes: mutated(random, chosen.bytes, files) };
  const beside = files.filter((file) => file !== chosen && random(files.length) === 0 && random(3) === 0);
  const all = random(2) === 0 ? [damaged, ...beside] : [damaged];
  switch (random(14)) {
    case 0:
      return [{ name: 'export.zip', bytes: hostileZip(random, all) }];
    case 1:
      return [{ name: 'export.zip', bytes: hostileZip(random, [chosen, ...beside]) }];
    case 2:
      return [{ name: 'export.zip', bytes: mutated(random, hostileZip(random, all), files).subarray(0, MOST_BYTES) }];
    case 3:
      return [{ name: `${chosen.name}.gz`, bytes: hostileGzip(random, damaged.bytes) }];
    case 4:
      // What one file is called, another one holds.
      return [{ name: chosen.name, bytes: pick(random, files).bytes }, ...beside];
    default:
      return all;
  }
}

/** A file with one to four faults, from the other files too. */
function mutated(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  let faulty = bytes;
  for (let left = pick(random, [1, 1, 1, 2, 2, 3, 4]); left > 0; left--) faulty = withFault(random, faulty, others).subarray(0, MOST_BYTES);
  return random(2) === 0 ? resealed(faulty) : faulty;
}

function withFault(random: Random, bytes: Buffer, others: readonly ExportFile[]): Buffer {
  const chance = random(20);
  if (chance === 0) return reencoded(random, bytes);
  if (chance < 9) {
    const tree = jsonFault(random, bytes, others);
    if (tree !== null) return tree;
  }
  return pick(random, chance < 14 && isText(bytes) ? textFaults : byteFaults)(random, bytes, others);
}

function isText(bytes: Buffer): boolean {
  return bytes.length < MOST_BYTES / 4 && !bytes.subarray(0, 1000).includes(0);
}
