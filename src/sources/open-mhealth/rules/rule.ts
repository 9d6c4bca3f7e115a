/**
 * What a value must be. A text is a primitive, or the name of another rule (`heart-rate-2.0`, of Open mHealth unless
 * a namespace stands before it).
 */
export type Rule =
  | string
  | { fields: Readonly<Record<string, Rule>>; needed: readonly string[] }
  | { all: readonly Rule[] }
  | { one: readonly Rule[] }
  | { any: readonly Rule[] }
  | { list: Rule; atLeast?: number }
  | { among: readonly string[] }
  | { like: RegExp };

export type RuleTable = Readonly<Record<string, Rule>>;

/** An object; fields whose name ends in `!` must be there, others of any name may be. */
export function fields(given: Readonly<Record<string, Rule>>): Rule {
  const plain = Object.entries(given).map(([name, rule]) => [name.replace(/!$/, ''), rule] as const);
  return {
    fields: Object.fromEntries(plain),
    needed: Object.keys(given)
      .filter((name) => name.endsWith('!'))
      .map((name) => name.slice(0, -1)),
  };
}

/** One of these words; each text holds some, parted by `|`. */
export function among(...words: string[]): Rule {
  return { among: words.flatMap((some) => some.split('|')) };
}

/** A number with one of these units, parted by `|`. */
export function unit(...units: string[]): Rule {
  return { all: ['unit-value-1.0', fields({ unit: among(...units) })] };
}

/** A time frame that is an interval, or a moment. */
export const interval: Rule = { all: ['time-frame-1.0', fields({ 'time_interval!': 'anything' })] };
export const instant: Rule = { all: ['time-frame-1.0', fields({ 'date_time!': 'anything' })] };
