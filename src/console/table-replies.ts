import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { MartValue } from './mart/protocol.ts';
import { csvLine } from './mart/render.ts';

const slice = 500;

/** Rows of a table in slices, until one comes back short. */
export async function* allPages<T>(read: (page: { page: number; size: number }) => Promise<{ rows: readonly T[] }>): AsyncGenerator<T> {
  for (let page = 1; ; page++) {
    const { rows } = await read({ page, size: slice });
    yield* rows;
    if (rows.length < slice) return;
  }
}

function cell(value: unknown): MartValue {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : (value as MartValue);
}

async function* csvText(columns: readonly string[], rows: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const row of rows) yield csvLine(columns.map((name) => cell((row as Record<string, unknown>)[name])));
}

async function* jsonText(rows: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  let separator = '{"rows":[';
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ',\n';
  }
  yield separator === ',\n' ? ']}' : '{"rows":[]}';
}

/** Pieces joined up to some 64 KiB, so that a table of many short rows is not sent a packet each. */
export async function* inBlocks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let block = '';
  for await (const piece of pieces) {
    block += piece;
    if (block.length < 65_536) continue;
    yield block;
    block = '';
  }
  if (block !== '') yield block;
}

/** Sends text as it is made; a reader who goes away ends the making. */
export function sendPieces(reply: FastifyReply, form: 'csv' | 'json', name: string, pieces: AsyncIterable<string>): FastifyReply {
  const type = form === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
  reply.header('content-disposition', `${form === 'csv' ? 'attachment' : 'inline'}; filename="${name}.${form}"`);
  return reply.type(type).send(Readable.from(inBlocks(pieces), { objectMode: false }));
}

/** A whole table as CSV with these columns, or as JSON `{ "rows": [...] }`. */
export function sendTable(
  reply: FastifyReply,
  form: 'csv' | 'json',
  name: string,
  columns: readonly string[],
  rows: AsyncIterable<object> | Iterable<object>,
): FastifyReply {
  return sendPieces(reply, form, name, form === 'csv' ? csvText(columns, rows) : jsonText(rows));
}
