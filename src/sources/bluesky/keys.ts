import type { Part } from '../../../schema/source.ts';
import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { type Block, blockOf, digestOf } from './block.ts';
import { POSTS } from './record.ts';
import { SectionSlicer } from './sections.ts';

/** What must be known of a repository before its records can be read: they do not say what they are called. */
export interface Keys {
  did: string | null;
  revision: string | null;
  /** Key of a post by the digest of its block. */
  posts: ReadonlyMap<string, string>;
}

/** Walks through the part once for its commit and the nodes of its tree. What breaks here breaks again where it counts. */
export async function readKeys(part: Part): Promise<Keys> {
  const posts = new Map<string, string>();
  const keys = { did: null as string | null, revision: null as string | null, posts };
  const slicer = new SectionSlicer();
  try {
    for await (const chunk of (await part.open()) as AsyncIterable<Buffer>) {
      for (const unit of slicer.push(chunk)) {
        const block = unit.tooLong ? null : blockOf(unit.bytes);
        if (block === null) continue;
        if (isNode(block.value)) readNode(block.value, posts);
        else if (isCommit(block.value)) {
          keys.did = identifier(block.value.did);
          keys.revision = identifier(block.value.rev);
        }
      }
    }
  } catch {
    return keys;
  }
  return keys;
}

/** A node of the search tree: entries, each with what its key shares with the one before. */
export function isNode(value: Fields): boolean {
  return Array.isArray(value.e) && 'l' in value && value.$type === undefined;
}

/** The signed top of a repository. */
export function isCommit(value: Fields): boolean {
  return value.$type === undefined && typeof value.did === 'string' && 'sig' in value && 'data' in value;
}

function readNode(node: Block['value'], posts: Map<string, string>): void {
  let before = '';
  for (const entry of node.e as unknown[]) {
    if (!isFields(entry) || !(entry.k instanceof Uint8Array) || typeof entry.p !== 'number') return;
    const key: string = before.slice(0, entry.p) + Buffer.from(entry.k).toString('latin1');
    before = key;
    const digest = digestOf(entry.v);
    // Two posts alike to the last byte share a block: the first name stands for both.
    if (digest !== null && key.startsWith(`${POSTS}/`) && !posts.has(digest)) posts.set(digest, key);
  }
}
