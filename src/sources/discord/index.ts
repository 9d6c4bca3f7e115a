import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { claimed, columnsOf, hasField } from '../reading/claims.ts';
import { baseName, entriesOf, toParts } from '../reading/container.ts';
import { namesNoted } from '../reading/listed-names.ts';
import { type Channel, readChannel, readOwner } from './channel.ts';
import { counterOf } from './count.ts';
import { parseList, parseTable } from './parse.ts';
import { readPeople } from './people.ts';

/** What is read of the package when a part's turn comes; a part that is kept for units of its own goes without. */
const around: unique symbol = Symbol('around');

interface DiscordPart extends Part {
  /** Names of the package's owner. */
  owner: string[];
  /** Where its messages were written, once that was read. */
  channel: Channel | null;
  [around]?: {
    channel(): Promise<Channel>;
    /** People whom the package lists; read once. */
    people(): Promise<readonly string[]>;
  };
}

/** The package of data that Discord sends its users. */
export const discord: SourceKind = {
  manifest: {
    kind: 'discord',
    title: 'Discord data package',
    unit: 'a message: a row of messages.csv, or an entry of messages.json',
    yields: ['post'],
    mapped: false,
    version: 3,
  },
  arrivals: (path) => findArrivals(path, { isExport, deep: true }),
  async parts(arrival): Promise<DiscordPart[]> {
    const entries = await entriesOf(arrival, true);
    const owner = await readOwner(entries);
    const parts = toParts(entries, await claimed(entries, roleOf, checkOf));
    let known: Promise<readonly string[]> | null = null;
    const people = () => {
      known ??= readPeople(entries);
      return known;
    };
    // Channels are read when their messages are: a package may have thousands.
    return parts.map((part) => ({ ...part, owner, channel: null, [around]: { people, channel: () => readChannel(part.name, entries) } }));
  },
  counter: (part) => counterOf(part.role),
  async *parse(part, chunks, context) {
    const own = part as DiscordPart;
    const { owner, role } = own;
    const declared = context.account?.trim().replace(/^@/, '').toLowerCase();
    if (declared !== undefined && owner.length > 0 && !owner.includes(declared)) throw new AfferentError('wrong-participant');
    if (role === null) throw new AfferentError('not-this-kind');
    const { people, channel } = own[around] ?? {};
    if (people !== undefined) namesNoted(context)(await people());
    own.channel ??= (await channel?.()) ?? null;
    // A message must not lose its audience.
    if (own.channel === null) throw new AfferentError('part-unreadable');
    if (role === 'table') yield* parseTable(chunks, own.channel, context);
    else yield* parseList(chunks, own.channel, context);
  },
};

function roleOf(name: string): 'table' | 'list' | null {
  const base = baseName(name);
  if (base === 'messages.csv') return 'table';
  return base === 'messages.json' ? 'list' : null;
}

const NUMBERED = /(?:^|\/)c?\d{15,20}\/[^/]+$/;

/** Beside a package may lie messages of others under the same name; not in the folder of a channel, of which there may be thousands. */
function checkOf(role: 'table' | 'list', name: string): ((head: string) => boolean) | null {
  if (NUMBERED.test(name)) return null;
  if (role === 'table') return (head) => columnsOf(head).some((column) => column === 'Contents' || column === 'Timestamp');
  return hasField(/"(?:Contents|Timestamp)"\s*:/);
}

/** Folders of messages, and of what is beside them, in the languages seen so far. Where they are not known a package falls apart into channels. */
const MESSAGES: ReadonlySet<string> = new Set([
  ...['messages', 'nachrichten', 'mensajes', 'mensagens', 'messaggi', 'berichten', 'wiadomości', 'meddelanden', 'beskeder', 'meldinger'],
  ...['mesajlar', 'сообщения', 'повідомлення', 'メッセージ', '메시지', '消息', '訊息', 'zprávy', 'viestit', 'üzenetek', 'mesaje'],
]);
const ACCOUNT: ReadonlySet<string> = new Set([
  ...[
    'account',
    'servers',
    'konto',
    'compte',
    'cuenta',
    'conta',
    'hesap',
    'аккаунт',
    'учётная запись',
    'учетная запись',
    'обліковий запис',
  ],
  ...[
    'アカウント',
    '계정',
    '账号',
    '帳號',
    'účet',
    'tili',
    'fiók',
    'cont',
    'server',
    'serveurs',
    'servidores',
    'serwery',
    'серверы',
    'サーバー',
  ],
]);

/** A package's folders are named in the language of the account; one of a channel stands by itself as well. */
function isExport(names: string[]): boolean {
  const lower = names.map((name) => name.toLowerCase());
  const isPackage = lower.some((name) => MESSAGES.has(name)) && lower.some((name) => ACCOUNT.has(name));
  return isPackage || lower.includes('messages.csv') || lower.includes('messages.json');
}
