import type { Entry } from '../reading/container.ts';
import type { DeviceState } from '../reading/device-state.ts';
import { DriftOnce } from '../reading/drift.ts';
import { numberFrom } from '../reading/measurements.ts';
import { RowSlicer } from '../reading/rows.ts';
import { type Row, Table } from '../reading/tables.ts';

/** What a row of `power_state` begins: Android says what happened, iOS what the battery does now. */
const BEGINS: readonly (readonly [RegExp, DeviceState])[] = [
  [/^device (?:shut down|reboot) signal received/i, 'phone_off'],
  [/^power connected/i, 'charging'],
  [/^charging$/i, 'charging'],
];
/** What a phone that charges may say without being unplugged. */
const STILL_CHARGING = /^(?:screen|locked|unlocked|device idle|power save|full$|charging$|power connected)/i;
const SILENT = new DriftOnce({ mapping: {}, zone: null, account: null, arrivedMs: 0, drift: () => {} });

/** Ends of the states of one participant's phone, by the millisecond at which each began. Its rows are spread over files of an hour. */
export type StateEnds = ReadonlyMap<string, number>;

/** The state that a row begins, or null. */
export function stateOf(row: Row): DeviceState | null {
  const event = row.event?.trim() ?? '';
  return BEGINS.find(([pattern]) => pattern.test(event))?.[1] ?? null;
}

export function stateKey(row: Row, state: DeviceState): string {
  return `${state} ${numberFrom(row.timestamp)}`;
}

/**
 * Reads the files of `power_state` for what ends each state: a phone that was off is on with its next row; one that was charging, with the
 * next row that says so, or when it goes off.
 */
export async function stateEnds(entries: readonly Entry[]): Promise<StateEnds> {
  const rows: { ms: number; row: Row }[] = [];
  for (const entry of entries) rows.push(...(await rowsOf(entry)));
  rows.sort((a, b) => a.ms - b.ms);
  const ends = new Map<string, number>();
  const open = new Map<DeviceState, string>();
  for (const { ms, row } of rows) {
    const begun = stateOf(row);
    const ended = [open.has('phone_off') ? 'phone_off' : null, STILL_CHARGING.test(row.event?.trim() ?? '') ? null : 'charging'] as const;
    for (const state of ended) {
      const key = state === null ? undefined : open.get(state);
      if (state === null || key === undefined) continue;
      ends.set(key, ms);
      open.delete(state);
    }
    if (begun !== null && !open.has(begun)) open.set(begun, stateKey(row, begun));
  }
  return ends;
}

/** Rows that have a time; where a file breaks is told when it is read. */
async function rowsOf(entry: Entry): Promise<{ ms: number; row: Row }[]> {
  const found: { ms: number; row: Row }[] = [];
  const table = new Table({ mayBeShort: true }, SILENT);
  const slicer = new RowSlicer();
  const keep = (units: ReturnType<RowSlicer['push']>): void => {
    for (const [, row] of table.rows(units)) {
      if (Object.getPrototypeOf(row) !== null) continue;
      const { timestamp = '', event = '' } = row as Row;
      const ms = numberFrom(timestamp);
      if (!Number.isNaN(ms)) found.push({ ms, row: { timestamp, event } });
    }
  };
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) keep(slicer.push(chunk));
    keep(slicer.end());
  } catch {
    // What was read until then serves.
  }
  return found;
}
