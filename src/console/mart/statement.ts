import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { StatementType } from '@duckdb/node-api';

/** A statement that is not admitted. The reason is ours and names no input but a function. */
export class RefusedStatement extends Error {}

/**
 * Functions that make tables and that a query may use. All others are refused: those that read files (external access
 * is off as well), that change settings or logs, and those that run SQL from a string, which would hide the rest.
 */
const tableFunctions = new Set([
  'range',
  'generate_series',
  'unnest',
  'json_each',
  'json_tree',
  'repeat',
  'repeat_row',
  'duckdb_tables',
  'duckdb_views',
  'duckdb_columns',
  'duckdb_functions',
  'duckdb_types',
]);
const refusedFunctions =
  /^(write_log|parse_duckdb_log_message|current_setting|getenv|getvariable|set_config|json_serialize_plan|sleep_ms)$/;

/**
 * Prepares what a user wrote when it is exactly one SELECT (also WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES), by DuckDB's
 * own parser: its serialiser takes SELECT trees alone, so that a pragma, which is prepared as a SELECT, is seen.
 * @throws RefusedStatement
 */
export async function admitStatement(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.includes('\0')) throw new RefusedStatement('the query holds a NUL character');
  const reader = await connection.runAndReadAll('select json_serialize_sql($1::varchar)', [sql]);
  const tree = JSON.parse(String(reader.getRowsJson()[0]?.[0])) as { error: boolean; error_type?: string; error_message?: string };
  if (tree.error && tree.error_type === 'parser') throw new RefusedStatement(tree.error_message ?? 'the query cannot be parsed');
  if (tree.error) throw new RefusedStatement('only a SELECT is admitted');
  const { statements } = tree as unknown as { statements: unknown[] };
  if (statements.length !== 1) throw new RefusedStatement('exactly one SELECT is admitted');
  refuseFunctions(statements[0]);
  const extracted = await connection.extractStatements(sql);
  if (extracted.count !== 1) throw new RefusedStatement('exactly one SELECT is admitted');
  const prepared = await extracted.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) throw new RefusedStatement('only a SELECT is admitted');
  if (prepared.parameterCount !== 0) throw new RefusedStatement('the query has parameters without values');
  return prepared;
}

function refuseFunctions(tree: unknown): void {
  const open: unknown[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const { type, function: called, function_name: name } = node as Record<string, unknown>;
    if (type === 'TABLE_FUNCTION') {
      const table = String((called as Record<string, unknown>)?.function_name).toLowerCase();
      if (!tableFunctions.has(table)) throw new RefusedStatement(`the function ${table} is not admitted`);
    }
    if (typeof name === 'string' && refusedFunctions.test(name.toLowerCase())) {
      throw new RefusedStatement(`the function ${name.toLowerCase()} is not admitted`);
    }
    for (const value of Object.values(node)) if (value !== null && typeof value === 'object') open.push(value);
  }
}
