import type { Post } from '../../../schema/records.ts';
import { baseName, type Entry } from '../reading/container.ts';
import { identifier, isFields } from '../reading/json-unit.ts';
import { outsideText } from '../reading/outside-text.ts';
import { ownValue } from '../reading/own-value.ts';
import { smallJson } from '../reading/small-json.ts';

/** Where messages were written. */
export interface Channel {
  id: string | null;
  audience: Post['audience'];
}

/** Kinds of channels by name, and by the numbers of older packages. Who reads a server's channel is not said. */
const AUDIENCES: Readonly<Record<string, Post['audience']>> = { DM: 'direct', 1: 'direct', GROUP_DM: 'followers', 3: 'followers' };

/** The channel of a file of messages: `channel.json` beside it, else the folder's name. */
export async function readChannel(name: string, entries: readonly Entry[]): Promise<Channel> {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const beside = entries.find((entry) => entry.name.startsWith(folder) && entry.name.slice(folder.length).toLowerCase() === 'channel.json');
  const value = beside === undefined ? undefined : await smallJson(beside);
  const byFolder = /(?:^|\/)c?(\d{15,20})\/$/.exec(folder)?.[1] ?? null;
  if (!isFields(value)) return { id: byFolder, audience: 'unknown' };
  return {
    id: byFolder ?? (typeof value.id === 'string' ? value.id : null),
    audience: ownValue(AUDIENCES, outsideText(value.type)) ?? 'unknown',
  };
}

/** Whose package it is, as `user.json` says: number and names in lower case; empty where it does not say. */
export async function readOwner(entries: readonly Entry[]): Promise<string[]> {
  const entry = entries.find(({ name }) => baseName(name) === 'user.json');
  const user = entry === undefined ? undefined : await smallJson(entry);
  if (!isFields(user)) return [];
  const { id, username, global_name, email, discriminator } = user;
  const tagged = typeof username === 'string' && identifier(discriminator) !== null ? `${username}#${String(discriminator)}` : null;
  // A number that is no text was rounded: it names nobody.
  return [id, username, global_name, email, tagged].flatMap((name) =>
    typeof name === 'string' && name !== '' ? [name.toLowerCase()] : [],
  );
}
