/** What a table has under an outside name; nothing under `constructor` and the like, which every object knows. */
export function ownValue<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
