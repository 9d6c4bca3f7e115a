import type { DriftChange, ParseContext } from '../../../schema/source.ts';

const REMEMBERED = 1000;

/** Passes each change on once a part, and stops remembering at a thousand names. */
export class DriftOnce {
  readonly #context: ParseContext;
  readonly #seen = new Set<string>();

  constructor(context: ParseContext) {
    this.#context = context;
  }

  note(kind: DriftChange['kind'], name: string): void {
    const key = `${kind} ${name}`;
    if (this.#seen.has(key) || this.#seen.size >= REMEMBERED) return;
    this.#seen.add(key);
    this.#context.drift({ kind, name });
  }
}

/** Reports members that are not known. */
export function noteUnknown(drift: DriftOnce, value: unknown, known: ReadonlySet<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name of Object.keys(value)) if (!known.has(name)) drift.note('unknown-field', name);
}

/** What a member may be; `null` and a member that is not there are no change. */
export type Types = Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object' | 'array' | readonly ('string' | 'number')[]>>;

/** Reports members whose type is another than the kind has seen so far. */
export function noteTypes(drift: DriftOnce, fields: Readonly<Record<string, unknown>>, types: Types): void {
  for (const name in types) {
    const type = types[name] as Types[string];
    const value = fields[name];
    if (value === undefined || value === null) continue;
    const found = Array.isArray(value) ? 'array' : typeof value;
    if (typeof type === 'string' ? found !== type : !(type as readonly string[]).includes(found)) drift.note('changed-type', name);
  }
}
