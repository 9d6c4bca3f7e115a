import { type Fields, identifier, isFields } from '../reading/json-unit.ts';
import { outsideText } from '../reading/outside-text.ts';
import { momentFrom } from '../reading/time.ts';
import type { Located } from './record.ts';
import { revisionTime } from './revision.ts';

/** A record as JSON hands it over, and whose it is. */
export interface Handed extends Located {
  did: string | null;
  handle: string | null;
  /** Whether it stands there because somebody passed it on. */
  isRepost: boolean;
  /** Whether it says that the record is gone. */
  isDelete: boolean;
}

/**
 * The record in one of the shapes that the network's interfaces give: an entry of a feed, a post, an entry of
 * `listRecords`, an event of Jetstream. A bare record has no address.
 */
export function locate(fields: Fields): Handed {
  if (typeof fields.did === 'string') return ofEvent(fields, isFields(fields.commit) ? fields.commit : {});
  if (isFields(fields.post)) return { ...ofView(fields.post), isRepost: isRepost(fields.reason) };
  return ofView(fields);
}

function ofEvent(event: Fields, commit: Fields): Handed {
  const did = identifier(event.did);
  const collection = identifier(commit.collection);
  const key = identifier(commit.rkey);
  return {
    uri: did === null || collection === null || key === null ? null : `at://${did}/${collection}/${key}`,
    collection,
    record: commit.record,
    exported: revisionTime(commit.rev),
    did,
    handle: null,
    isRepost: false,
    isDelete: commit.operation === 'delete',
  };
}

function ofView(view: Fields): Handed {
  const uri = identifier(view.uri);
  const [, did = null, collection = null] = uri === null ? [] : (/^at:\/\/(did:[^/]+)\/([^/]+)\/[^/]+$/.exec(uri) ?? []);
  const author = isFields(view.author) ? view.author : {};
  const exported = momentFrom(view.indexedAt, null)?.utc ?? null;
  return {
    uri: did === null ? null : uri,
    collection,
    record: view.record ?? view.value ?? view,
    exported,
    did: did ?? identifier(author.did),
    handle: identifier(author.handle),
    isRepost: false,
    isDelete: false,
  };
}

function isRepost(reason: unknown): boolean {
  return isFields(reason) && outsideText(reason.$type).endsWith('#reasonRepost');
}
