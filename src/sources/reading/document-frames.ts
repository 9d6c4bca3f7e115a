import type { Frame as Around } from '../../../schema/source.ts';
import type { JsonPath, PathNode } from './document-paths.ts';
import { listFrame } from './frames.ts';

export type Scalar = string | number | boolean | null;

/** An object or array of a JSON document that lies on a path. */
export interface Frame {
  isArray: boolean;
  node: PathNode;
  path: string;
  /** The string before the last colon. */
  key: string;
  scope: Record<string, Scalar>;
  /** Steps to it from the root. */
  steps: JsonPath;
  /** What stands around its units, where it has any. */
  around?: () => Around;
}

/** Steps to the innermost array, and the short values of the objects on the way. */
export function aroundUnits(frames: readonly Frame[]): () => Around {
  const steps = frames.at(-1)?.steps ?? [];
  const scopes = frames.map((frame) => frame.scope);
  return () => {
    const facts = scopes.flatMap((scope, depth) =>
      Object.entries(scope).map(([name, value]) => [[...steps.slice(0, depth), name], JSON.stringify(value)] as const),
    );
    return listFrame(steps, facts);
  };
}

export function isUnits(frame: Frame): boolean {
  return frame.isArray && frame.node.elements?.isUnit === true;
}
