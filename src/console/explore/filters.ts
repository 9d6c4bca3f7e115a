import type { ScoreQuery } from '../../../schema/api.ts';
import type { MartValue } from '../mart/protocol.ts';

export type Filter = Partial<Omit<ScoreQuery, 'page' | 'size' | 'sort'>>;

/** Conditions with their values, numbered as they come. */
export class Conditions {
  readonly values: MartValue[];
  readonly #parts: string[] = [];

  constructor(values: MartValue[] = []) {
    this.values = values;
  }

  /** Conditions of a subquery: their values are numbered along with these. */
  nested(): Conditions {
    return new Conditions(this.values);
  }

  /** A value as a parameter. */
  bind(value: MartValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(part: string): void {
    this.#parts.push(part);
  }

  addIn(column: string, values: readonly string[] | undefined): void {
    if (values) this.add(`${column} in (${values.map((value) => this.bind(value)).join(', ')})`);
  }

  get where(): string {
    return this.#parts.length === 0 ? '' : `where ${this.#parts.join(' and ')}`;
  }
}

/** Conditions on `base.score s`. Columns all; the text of a filter goes by value alone. */
export function addScoreFilter(conditions: Conditions, filter: Filter): void {
  conditions.addIn('s.participant', filter.participant);
  conditions.addIn('s.kind', filter.kind);
  conditions.addIn('s.head', filter.head);
  conditions.addIn('s.grade', filter.grade);
  if (filter.from !== undefined) conditions.add(`s.day >= ${conditions.bind(filter.from)}::date`);
  if (filter.to !== undefined) conditions.add(`s.day <= ${conditions.bind(filter.to)}::date`);
  if (filter.decision !== undefined) {
    conditions.add(`list_contains(string_split(s.decision, ';'), ${conditions.bind(filter.decision)}::varchar)`);
  }
  addValueFilter(conditions, filter);
}

function addValueFilter(conditions: Conditions, { key, min, max }: Filter): void {
  const bounds = (column: string) => {
    const parts: string[] = [];
    if (min !== undefined) parts.push(`${column} >= ${conditions.bind(min)}::double`);
    if (max !== undefined) parts.push(`${column} <= ${conditions.bind(max)}::double`);
    return parts;
  };
  if (key === undefined) {
    for (const part of bounds('s.value')) conditions.add(part);
    return;
  }
  const parts = [labelIs(conditions, key), ...bounds('v.value')];
  conditions.add(`s.n in (select v.n from base.score_value v where ${parts.join(' and ')})`);
}

/** Condition on `base.score_value v` that its label is this one. */
export function labelIs(conditions: Conditions, key: string): string {
  return `v.label = (select label from base.label where key = ${conditions.bind(key)})`;
}

/** Whether a filter says anything about scores, and not only about records. */
export function filtersScores(filter: Filter): boolean {
  const { head, grade, key, min, max, decision } = filter;
  return [head, grade, key, min, max, decision].some((part) => part !== undefined);
}
