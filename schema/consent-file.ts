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

/** A name that is none of those allowed, in words. @param allowed how those are told, where they are too many for a line */
export function noSuchName(given: string, names: readonly string[], allowed = names.join(', ')): string {
  const meant = nearest(given, names);
  return `“${given.slice(0, 40)}” is none${meant === null ? '.' : `; did you mean ${meant}?`} Allowed: ${allowed}`;
}

const allowed = `${[...types, ...events].join(', ')}; for signals and instruments see docs/consent.md`;

/** A consent as somebody writes it down: what is misspelt must not pass as left out, which allows all, nor as agreed to, which keeps nothing. */
export const ConsentFile = Consent.strict()
  .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    params: { said: 'it must lie after from' },
  })
  .superRefine(({ kinds }, context) => {
    const refuse = (path: (string | number)[], said: string) => context.addIssue({ code: 'custom', path, params: { said } });
    if (kinds?.length === 0) refuse(['kinds'], 'an empty list would allow nothing; name what is allowed, or leave kinds out to allow all');
    for (const [i, kind] of (kinds ?? []).entries()) {
      if (!consentKinds.includes(kind) && !isOwn(kind)) refuse(['kinds', i], noSuchName(kind, consentKinds, allowed));
    }
  });
