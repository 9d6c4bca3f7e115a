/** What the app puts in place of words, on phones that do not mark it, in the larger languages. */
const DELETED =
  /^(?:you deleted this message|this message was deleted|du hast diese nachricht gelöscht|diese nachricht wurde gelöscht|eliminaste este mensaje|se eliminó este mensaje|este mensaje fue eliminado|vous avez supprimé ce message|ce message a été supprimé|hai eliminato questo messaggio|questo messaggio è stato eliminato|você apagou esta mensagem|(?:esta )?mensagem (?:foi )?apagada|je hebt dit bericht verwijderd|dit bericht (?:is|werd) verwijderd|null)\.?$/i;
const EDITED = / ?<[^<>\n]*(?:edited|bearbeitet|edit[óo]|editad[oa]|modifi[ée]|modificato|bewerkt)[^<>\n]*>$/i;
/** A file's name and a remark in brackets; what follows is its caption. */
const ATTACHED = /^[^\n]{1,100}\.[A-Za-z0-9]{2,5} \([^()\n]{3,40}\)(?:\n|$)/;

/** The person's own words in a message's body; empty where it has none (a picture, a deleted message). */
export function ownWords(body: string): string {
  // Phones of one maker put a mark of direction before what the app says, in every language.
  const marked = body.replaceAll(/\u200e<[^<>\n]{1,120}>/g, '').trim();
  if (marked.startsWith('\u200e')) return '';
  const words = marked.replace(ATTACHED, '').replace(EDITED, '').trim();
  return DELETED.test(words) || /^<[^<>\n]{2,60}>$/.test(words) ? '' : words;
}
