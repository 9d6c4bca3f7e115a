import { roleOf as fitbitRole } from '../fitbit/files.ts';
import { roleOf as fitRole } from '../google-fit/parse.ts';
import { baseName } from '../reading/container.ts';

/** Files of activity and history in the languages seen so far; a language that is missing leaves its file unread. */
const ACTIVITY =
  /^(?:my ?activity|meine ?aktivitäten|mi ?actividad|mon ?activité|la mia attività|minha ?atividade|(?:watch|search)-history|(?:wiedergabe|such)verlauf|historial de (?:reproducciones|búsqueda))(?:\(\d+\))?$/;
const HISTORY = /^(?:browserhistory|history|verlauf|historial|historique)$/;
const COMMENTS = /^(?:comments|kommentare|comentarios|commentaires)(?:\(\d+\))?$/;

/** What a file of a Takeout is: `fitbit:…` and `fit:…` are those kinds' own roles. Null where it is not read. */
export function roleOf(name: string): string | null {
  const path = name.toLowerCase();
  const prefixed = (prefix: string, role: string | null): string | null => (role === null ? null : `${prefix}:${role}`);
  if (/(?:^|\/)(?:fitbit|google health)\//.test(path)) return prefixed('fitbit', fitbitRole(name));
  if (/(?:^|\/)(?:google )?fit\//.test(path)) return prefixed('fit', fitRole(name));
  const [, base = '', extension] = /^(.*)\.(\w+)$/.exec(baseName(name)) ?? [];
  if (ACTIVITY.test(base)) return extension === 'json' ? 'activity' : extension === 'html' ? 'activity-page' : null;
  if (extension === 'json' && HISTORY.test(base) && /(?:^|\/)chrome\//.test(path)) return 'history';
  if (extension === 'csv' && COMMENTS.test(base)) return 'comments';
  return extension === 'json' && /^messages(?:\(\d+\))?$/.test(base) && /(?:^|\/)google chat\//.test(path) ? 'messages' : null;
}
