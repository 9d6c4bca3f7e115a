import { parentPort, workerData } from 'node:worker_threads';
import { type Outcome, openSqlite, type Room, SqliteStatements } from './sqlite-statements.ts';
import type { Reply, Request } from './sqlite-thread.ts';

const { path, room } = workerData as { path: string; room: Room };
const database = openSqlite(path, room);
const statements = new SqliteStatements(database);

parentPort?.on('message', (request: Request) => {
  parentPort?.postMessage(replyTo(request));
});

function replyTo(request: Request): Reply {
  try {
    return { outcome: done(request) };
  } catch (thrown) {
    const { message, code } = thrown as Error & { code?: string };
    return { fault: { message, code } };
  }
}

function done(request: Request): Outcome {
  if ('run' in request) return statements.run(request.run);
  if ('each' in request) statements.each(request.each.sql, request.each.rows);
  else database.close();
  return { rows: [] };
}
