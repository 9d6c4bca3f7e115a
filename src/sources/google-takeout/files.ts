import { baseName } from '../reading/container.ts';
import { type HeldKinds, holderOf } from './held.ts';

/** Files of activity and history in the languages seen so far; a language that is missing leaves its file unread. */
const ACTIVITY =
  /^(?:my ?activity|meine ?aktivitäten|mi ?actividad|mon ?activité|la mia attività|minha ?atividade|(?:watch|search)-history|(?:wiedergabe|such)verlauf|historial de (?:reproducciones|búsqueda))(?:\(\d+\))?$/;
const HISTORY = /^(?:browserhistory|history|verlauf|historial|historique)$/;
const COMMENTS = /^(?:comments|kommentare|comentarios|commentaires)(?:\(\d+\))?$/;

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
  return extension === 'json' && /^messages(?:\(\d+\))?$/.test(base) && /(?:^|\/)google chat\//.test(path) ? 'messages' : null;
}
