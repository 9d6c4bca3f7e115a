import { expect, test } from 'vitest';
import { facebook } from '../facebook/index.ts';
import { instagram } from '../instagram/index.ts';
import { telegram } from '../telegram/index.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, readAll } from '../testing/read-all.ts';
import { whatsapp } from '../whatsapp/index.ts';
import { namesNoted } from './listed-names.ts';

async function namesOf(kind: typeof telegram, files: Record<string, string>, account: string | null): Promise<string[]> {
  const names: string[] = [];
  await readAll(kind, await folderWith(files), contextOf({ account, zone: 'UTC', names: (list) => names.push(...list) }));
  return names.sort();
}

test('each name is passed on once; what is none is left out', () => {
  const names: string[] = [];
  const note = namesNoted(contextOf({ names: (list) => names.push(...list) }));
  note('Anna ', ['Bert', 7, ['Cleo']], 'Anna', null, 'x', 'y'.repeat(200), undefined);
  expect(names).toEqual(['Anna', 'Bert', 'Cleo']);
});

test('a chat of Telegram names who wrote and with whom', async () => {
  const chat = (type: string, name: string, from: string) => ({
    name,
    type,
    id: 5,
    messages: [{ id: 1, type: 'message', from, text: 'x' }],
  });
  const chats = { list: [chat('personal_chat', 'Lea Roth', 'Lea Roth'), chat('private_group', 'Climbing', 'Jonas Falk')] };
  const result = JSON.stringify({ personal_information: { user_id: 1, first_name: 'Ana' }, chats });
  expect(await namesOf(telegram, { 'result.json': result }, null)).toEqual(['Jonas Falk', 'Lea Roth']);
});

test('a chat of WhatsApp names who wrote', async () => {
  const chat = '31.12.23, 20:15 - Ana: hello\n31.12.23, 20:16 - Lea Roth: hi\n';
  expect(await namesOf(whatsapp, { 'WhatsApp Chat mit Lea Roth.txt': chat }, 'Ana')).toEqual(['Lea Roth']);
});

test.each([
  ['facebook', facebook, 'your_facebook_activity/messages/inbox/lea_1/message_1.json'],
  ['instagram', instagram, 'your_instagram_activity/messages/inbox/lea_1/message_1.json'],
] as const)('a chat of %s names its members, its letters repaired', async (_name, kind, path) => {
  const members = [{ name: 'Lea M\u00c3\u00bcller' }, { name: 'Ana' }];
  const message = JSON.stringify({ participants: members, messages: [{ sender_name: 'Ana', timestamp_ms: 1, content: 'x' }] });
  expect(await namesOf(kind, { [path]: message }, null)).toEqual(['Ana', 'Lea Müller']);
});
