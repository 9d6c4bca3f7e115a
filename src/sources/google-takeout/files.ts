import { baseName } from '../reading/container.ts';
import { type HeldKinds, holderOf } from './held.ts';

/** Files of activity and history in the languages seen so far; a language that is missing leaves its file unread. */
const ACTIVITY = named(
  ...['my ?activity', 'meine ?aktivitäten', 'mi ?actividad', 'mon ?activité', 'la mia attività', 'le mie attività', 'minha ?atividade'],
  ...['mijn ?activiteit', 'moja ?aktywność', 'min ?aktivitet', 'mina ?aktiviteter', 'etkinliğim', 'мои ?действия', 'мої ?дії'],
  ...['マイ ?アクティビティ', '내 ?활동', '我的活动记录', '我的活動', 'aktivitas ?saya'],
  ...['(?:watch|search)-history', '(?:wiedergabe|such)verlauf', 'historial de (?:reproducciones|búsqueda)', '(?:kijk|zoek)geschiedenis'],
  ...[
    'historique (?:des vidéos regardées|des recherches)',
    'cronologia (?:visualizzazioni|ricerche)',
    'histórico de (?:visualização|pesquisa)',
  ],
  ...[
    'historia (?:oglądania|wyszukiwania)',
    'история (?:просмотров|поиска)',
    '(?:再生|検索)履歴',
    '(?:시청|검색) ?기록',
    '(?:观看|搜索)记录',
  ],
);
const HISTORY = /^(?:browserhistory|history|verlauf|historial|historique)$/;
const COMMENTS = named(
  'comments',
  'kommentare',
  'comentarios',
  'comentários',
  'commentaires',
  'commenti',
  'reacties',
  'komentarze',
  'комментарии',
);
const LIVE_CHATS = named('live ?chats?', 'chats? en (?:vivo|direct)');
/** Until 2022 these were pages, whose names are in no language but this. */
const COMMENT_PAGES = named('my-comments', 'my-live-chat-messages');

function named(...patterns: string[]): RegExp {
  return new RegExp(`^(?:${patterns.join('|')})(?:\\(\\d+\\))?$`, 'u');
}

/** What a file of a Takeout is: `fitbit:…` and `fit:…` are those kinds' own roles. Null where it is not read. */
export function roleOf(name: string, held: HeldKinds): string | null {
  const holder = holderOf(name);
  if (holder === null) return ownRole(name);
  const role = held[holder].roleOf(name);
  return role === null ? null : `${holder}:${role}`;
}

/** What a file outside the folders of other kinds is, or null. */
export function ownRole(name: string): string | null {
  const path = name.toLowerCase();
  const [, base = '', extension] = /^(.*)\.(\w+)$/.exec(baseName(name)) ?? [];
  if (ACTIVITY.test(base)) return extension === 'json' ? 'activity' : extension === 'html' ? 'activity-page' : null;
  if (extension === 'json' && HISTORY.test(base) && /(?:^|\/)chrome\//.test(path)) return 'history';
  if (extension === 'csv' && COMMENTS.test(base)) return 'comments';
  if (extension === 'csv' && LIVE_CHATS.test(base)) return 'live-chats';
  if (extension === 'html' && COMMENT_PAGES.test(base)) return 'comments-page';
  return extension === 'json' && /^messages(?:\(\d+\))?$/.test(base) && /(?:^|\/)google chat\//.test(path) ? 'messages' : null;
}
