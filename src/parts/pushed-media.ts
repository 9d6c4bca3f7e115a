import { pushMedia } from '../../schema/streams.ts';
import { sourceKinds } from '../sources/index.ts';

/** Content types that a device may push, by the kind of its source. */
export function pushedMedia(): Record<string, string[]> {
  const types: readonly string[] = Object.values(pushMedia);
  const ofKind = Object.entries(sourceKinds).map(([kind, { manifest }]): [string, string[]] => [
    kind,
    Object.keys(manifest.pushes ?? {}).filter((type) => types.includes(type)),
  ]);
  return Object.fromEntries(ofKind.filter(([, list]) => list.length > 0));
}
