/** What a column of a database holds. */
export type Value = string | number | bigint | Buffer | null;

/**
 * One column of many rows. A column that is the same in all of them, texts, numbers and bytes each go as a few large values: between
 * threads these cost a small part of what as many small ones do.
 */
type PackedColumn =
  | { is: 'same'; value: Value }
  | { is: 'texts'; text: string; ends: Uint32Array }
  /** Texts of one width, one byte a character. */
  | { is: 'fixed'; bytes: Uint8Array; width: number }
  | { is: 'numbers'; numbers: Float64Array }
  | { is: 'bytes'; bytes: Uint8Array; ends: Uint32Array }
  | { is: 'mixed'; values: Value[] };

/** Rows by columns. */
export interface PackedRows {
  count: number;
  columns: PackedColumn[];
}

/** Packs rows of one shape; `names` says in which order their columns stand. */
export function packRows<Row extends object>(rows: readonly Row[], names: readonly (keyof Row)[]): PackedRows {
  return { count: rows.length, columns: names.map((name) => packColumn(rows.map((row) => row[name] as Value))) };
}

/** Packs one column of at least one row. */
export function packColumn(values: readonly Value[]): PackedColumn {
  const [first] = values as readonly [Value];
  if (!Buffer.isBuffer(first) && values.every((value) => value === first)) return { is: 'same', value: first };
  if (values.every((value) => typeof value === 'string')) {
    return { is: 'texts', text: values.join(''), ends: endsOfTexts(values) };
  }
  if (values.every((value) => typeof value === 'number')) return { is: 'numbers', numbers: Float64Array.from(values) };
  if (values.every((value) => Buffer.isBuffer(value))) return { is: 'bytes', ...joined(values) };
  return { is: 'mixed', values: [...values] };
}

function endsOfTexts(texts: readonly string[]): Uint32Array {
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (let i = 0; i < texts.length; i++) {
    end += (texts[i] as string).length;
    ends[i] = end;
  }
  return ends;
}

function joined(values: readonly Buffer[]): { bytes: Uint8Array; ends: Uint32Array } {
  const ends = new Uint32Array(values.length);
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    end += (values[i] as Buffer).length;
    ends[i] = end;
  }
  // In memory of its own: what is moved to another thread takes all of its memory along.
  const bytes = new Uint8Array(end);
  for (let i = 0; i < values.length; i++) bytes.set(values[i] as Buffer, i === 0 ? 0 : ends[i - 1]);
  return { bytes, ends };
}

/** Memory that may be moved to another thread instead of being copied. */
export function movable({ columns }: PackedRows): ArrayBuffer[] {
  return columns.flatMap((column) => {
    if (column.is === 'texts') return [column.ends.buffer as ArrayBuffer];
    if (column.is === 'numbers') return [column.numbers.buffer as ArrayBuffer];
    if (column.is === 'fixed') return [column.bytes.buffer as ArrayBuffer];
    return column.is === 'bytes' ? [column.bytes.buffer as ArrayBuffer, column.ends.buffer as ArrayBuffer] : [];
  });
}

/** The values of each row in turn; the array is the same every time. */
export function* unpackRows({ count, columns }: PackedRows): Generator<Value[]> {
  const row: Value[] = columns.map((column) => (column.is === 'same' ? column.value : null));
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c] as PackedColumn;
      if (column.is !== 'same') row[c] = valueAt(column, i);
    }
    yield row;
  }
}

function valueAt(column: Exclude<PackedColumn, { is: 'same' }>, i: number): Value {
  if (column.is === 'mixed') return column.values[i] as Value;
  if (column.is === 'numbers') return column.numbers[i] as number;
  if (column.is === 'fixed') {
    return Buffer.from(column.bytes.buffer, column.bytes.byteOffset + i * column.width, column.width).toString('latin1');
  }
  const from = i === 0 ? 0 : (column.ends[i - 1] as number);
  const to = column.ends[i] as number;
  if (column.is === 'texts') return column.text.slice(from, to);
  return Buffer.from(column.bytes.buffer, column.bytes.byteOffset + from, to - from);
}
