import { seal, unseal } from '../seal.ts';
import { forms, type StepForm, type TableValues } from './forms.ts';

/** Values of a stretch, a place a step; NaN where there is none. */
export type Columns = Record<string, Float32Array>;

const place = (id: string) => `signal_table|${id}`;

/** Of a stretch: JSON line with the names of the signals in their order, then little-endian float32 values, signal by signal. */
export function sealTable(key: Buffer, id: string, columns: Columns): Buffer {
  const names = Object.keys(columns).sort();
  const values = names.map((name) => {
    const column = columns[name] as Float32Array;
    const bytes = Buffer.alloc(column.length * 4);
    column.forEach((value, k) => {
      bytes.writeFloatLE(value, k * 4);
    });
    return bytes;
  });
  return seal(key, place(id), Buffer.concat([Buffer.from(`${JSON.stringify(names)}\n`), ...values]));
}

export function openTable(key: Buffer, form: StepForm, { id, body }: { id: string; body: Buffer }): Columns {
  const clear = unseal(key, place(id), body);
  const head = clear.indexOf(0x0a);
  const names = JSON.parse(clear.toString('utf8', 0, head)) as string[];
  const { steps } = forms[form];
  return Object.fromEntries(
    names.map((name, signal) => {
      const from = head + 1 + signal * steps * 4;
      return [name, Float32Array.from({ length: steps }, (_, k) => clear.readFloatLE(from + k * 4))];
    }),
  );
}

/** The steps of a stretch alone, and the first and last of them that has a value. */
export function columnsOf(form: StepForm, stretch: number, values: TableValues): { columns: Columns; first: number; last: number } | null {
  const { steps } = forms[form];
  const columns: Columns = {};
  let [first, last] = [steps, -1];
  for (const [name, byStep] of Object.entries(values)) {
    const column = new Float32Array(steps).fill(Number.NaN);
    for (const [step, value] of byStep) {
      const at = step - stretch * steps;
      if (at < 0 || at >= steps || !Number.isFinite(value)) continue;
      column[at] = value;
      first = Math.min(first, at);
      last = Math.max(last, at);
      columns[name] = column;
    }
  }
  return last === -1 ? null : { columns, first, last };
}
