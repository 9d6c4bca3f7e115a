/**
 * Where the units of a JSON document lie: steps from its root, `[]` for the elements of an array and `*` for any
 * member. `['days', '[]', 'samples', '[]']` are the elements of the arrays `samples` in the objects of the array `days`.
 */
export type JsonPath = readonly string[];

/** Paths as a tree that is walked with the document. */
export interface PathNode {
  members: Map<string, PathNode>;
  anyMember: PathNode | null;
  elements: PathNode | null;
  /** Whether what stands here is a unit. */
  isUnit: boolean;
  /** Whether what stands here is handed over whole, though it is no unit. */
  isFact: boolean;
}

export function pathTree(paths: readonly JsonPath[], facts: readonly JsonPath[] = []): PathNode {
  const root = emptyNode();
  const nodeAt = (path: JsonPath): PathNode => {
    let node = root;
    for (const step of path) {
      let next = step === '[]' ? node.elements : step === '*' ? node.anyMember : (node.members.get(step) ?? null);
      if (next === null) {
        next = emptyNode();
        if (step === '[]') node.elements = next;
        else if (step === '*') node.anyMember = next;
        else node.members.set(step, next);
      }
      node = next;
    }
    return node;
  };
  for (const path of paths) nodeAt(path).isUnit = true;
  for (const path of facts) nodeAt(path).isFact = true;
  return root;
}

/** The node of a member, or null where no path leads through it. */
export function memberNode(node: PathNode, key: string): PathNode | null {
  return node.members.get(key) ?? node.anyMember;
}

function emptyNode(): PathNode {
  return { members: new Map(), anyMember: null, elements: null, isUnit: false, isFact: false };
}
