type JsonObject = Record<string, unknown>;

/** A JSON object from a line, or null. Integers too large for a number stay as the digits that were written. */
export function parseJsonLine(text: string): JsonObject | null {
  let value: unknown;
  try {
    value = /\d{16}/.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch {
    return null;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  const exact = typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined || !/^-?\d+$/.test(source);
  return exact ? value : source;
}
