import { nearest } from './nearest.ts';
import { Consent } from './policy.ts';
import { Event, StoredRecord } from './records.ts';
import { signalNames } from './signals.ts';

const types = [...StoredRecord.options.map((option) => option.shape.type.value), 'series'];
const events: readonly string[] = Event.shape.event.options;

/** What consent may call a record without saying that it is a signal or an instrument. */
export const consentKinds: readonly string[] = [...types, ...events, ...signalNames];

/** Signals and instruments that no table of ours has: a study's own, which only the study can spell. */
const isOwn = (kind: string) => /^(?:signal|instrument):./.test(kind);

/** A name that is none of those allowed, in words. */
export function noSuchName(given: string, names: readonly string[], more = ''): string {
  const meant = nearest(given, names);
  return `“${given.slice(0, 40)}” is none${meant === null ? '' : `; did you mean ${meant}?`} Allowed: ${names.join(', ')}${more}`;
}

/** A consent as somebody writes it down: what is misspelt must not pass as left out, which allows all, nor as agreed to, which keeps nothing. */
export const ConsentFile = Consent.strict()
  .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), { path: ['to'] })
  .superRefine(({ kinds = [] }, context) => {
    for (const [i, kind] of kinds.entries()) {
      if (consentKinds.includes(kind) || isOwn(kind)) continue;
      const said = noSuchName(kind, consentKinds, '; or signal:NAME, instrument:NAME for those of your own');
      context.addIssue({ code: 'custom', path: ['kinds', i], params: { said } });
    }
  });
