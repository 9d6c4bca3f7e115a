import type { DriftChange } from '../../schema/source.ts';

/** Names that the parser did not know, each once, and no more than a page of them. */
export class DriftList {
  readonly #seen = new Set<string>();
  #fresh: DriftChange[] = [];

  add(change: DriftChange): void {
    const name = `${change.kind}|${change.name}`;
    if (this.#seen.has(name) || this.#seen.size >= 200) return;
    this.#seen.add(name);
    this.#fresh.push(change);
  }

  take(): DriftChange[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
