import type { SourceKind } from '../../../schema/source.ts';
import type { Entry } from '../reading/container.ts';

/** A kind of its own whose files a Takeout holds in a folder. */
export interface HeldKind {
  kind: SourceKind;
  /** What the kind makes of a file, or null. */
  roleOf(name: string): string | null;
  /** What the kind puts into each of its parts, read from its own files. */
  shared(entries: readonly Entry[]): Promise<object>;
}

/** The kinds that a Takeout holds, by what stands before the colon of their roles. */
export interface HeldKinds {
  fitbit: HeldKind;
  fit: HeldKind;
}

const FOLDERS: Readonly<Record<keyof HeldKinds, RegExp>> = {
  fitbit: /(?:^|\/)(?:fitbit|google health)\//i,
  fit: /(?:^|\/)(?:google )?fit\//i,
};

/** Whose folder a file lies in, or null. */
export function holderOf(name: string): keyof HeldKinds | null {
  if (FOLDERS.fitbit.test(name)) return 'fitbit';
  return FOLDERS.fit.test(name) ? 'fit' : null;
}

/** Whose a role is, and how that kind calls it; null for a role of the Takeout's own. */
export function heldRole(role: string | null): { holder: keyof HeldKinds; inner: string } | null {
  const [prefix, inner] = role?.split(':') ?? [];
  return inner !== undefined && (prefix === 'fitbit' || prefix === 'fit') ? { holder: prefix, inner } : null;
}
