import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { MartColumn, MartReply, MartRequest, MartValue } from './protocol.ts';
import { plainValue, renderChunk } from './render.ts';
import { admitStatement, RefusedStatement } from './statement.ts';

/*
 * A process that holds the scored data of one study in memory and answers queries about it. It has no key, no path of
 * the home and no environment; whoever waits for it may kill it at any moment.
 */

interface OpenQuery {
  connection: DuckDBConnection;
  interrupted: boolean;
  form: 'json' | 'csv' | 'objects';
  result: DuckDBResult | null;
  columns: MartColumn[];
}

const memoryLimit = process.argv[2] ?? '1GB';
const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: memoryLimit });
const own = await instance.connect();
await own.run("set temp_directory = ''");
await own.run("set timezone = 'UTC'");
await own.run('set autoinstall_known_extensions = false');
await own.run('set autoload_known_extensions = false');
await own.run('set enable_external_access = false');
await own.run('set lock_configuration = true');

const open = new Map<string, OpenQuery>();
let queue = Promise.resolve();

function columnsOf(result: DuckDBResult): MartColumn[] {
  return result.columnNames().map((name, i) => ({ name, type: String(result.columnType(i)) }));
}

async function run(sql: string, values: MartValue[]): Promise<Record<string, MartValue>[]> {
  const reader = await own.runAndReadAll(sql, values);
  const names = reader.columnNames();
  const types = reader.columnTypes().map(String);
  return reader.getRowsJson().map((row) => Object.fromEntries(row.map((value, i) => [names[i], plainValue(value, types[i] ?? '')])));
}

async function openQuery(request: Extract<MartRequest, { op: 'open' }>): Promise<MartColumn[]> {
  const query: OpenQuery = { connection: await instance.connect(), interrupted: false, form: request.form, result: null, columns: [] };
  open.set(request.id, query);
  let prepared: DuckDBPreparedStatement;
  if (request.user) prepared = await admitStatement(query.connection, request.sql);
  else {
    prepared = await query.connection.prepare(request.sql);
    prepared.bind(request.values);
  }
  if (query.interrupted) throw new Error('interrupted');
  query.result = await prepared.stream();
  query.columns = columnsOf(query.result);
  return query.columns;
}

async function nextPiece(id: string): Promise<{ text: string; rows: number; done: boolean }> {
  const query = open.get(id);
  if (!query?.result) return { text: '', rows: 0, done: true };
  const chunk = await query.result.fetchChunk();
  if (query.interrupted) throw new Error('interrupted');
  if (!chunk || chunk.rowCount === 0) return { text: '', rows: 0, done: true };
  return { text: renderChunk(chunk, query.columns, query.form), rows: chunk.rowCount, done: false };
}

function closeQuery(id: string): void {
  const query = open.get(id);
  open.delete(id);
  query?.connection.closeSync();
}

/** DuckDB's own words go to the person who wrote the query, and nowhere else. */
function failure(n: number, thrown: unknown, interrupted: boolean): MartReply {
  if (interrupted) return { n, failed: 'interrupted', reason: '' };
  const reason = thrown instanceof Error ? thrown.message.slice(0, 600) : '';
  return { n, failed: thrown instanceof RefusedStatement ? 'refused' : 'error', reason };
}

function reply(message: MartReply): void {
  if (process.connected) process.send?.(message);
}

async function answer(request: Extract<MartRequest, { n: number }>): Promise<void> {
  try {
    if (request.op === 'run') reply({ n: request.n, ok: 'rows', rows: await run(request.sql, request.values) });
    else if (request.op === 'open') reply({ n: request.n, ok: 'opened', columns: await openQuery(request) });
    else reply({ n: request.n, ok: 'piece', ...(await nextPiece(request.id)) });
  } catch (thrown) {
    const interrupted = request.op !== 'run' && (open.get(request.id)?.interrupted ?? false);
    if (request.op !== 'run') closeQuery(request.id);
    reply(failure(request.n, thrown, interrupted));
  }
}

process.on('message', (request: MartRequest) => {
  if (request.op === 'interrupt') {
    const query = open.get(request.id);
    if (!query) return;
    query.interrupted = true;
    query.connection.interrupt();
  } else if (request.op === 'close') closeQuery(request.id);
  // Loading goes in order; queries of users run beside one another.
  else if (request.op === 'run') queue = queue.then(() => answer(request));
  else void answer(request);
});
process.on('disconnect', () => process.exit(0));
