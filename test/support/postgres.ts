import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Socket that starts the tests' PostgreSQL at the first question and answers with its address. */
    postgresSocket: string;
  }
}

/**
 * Vitest's global set-up: a real PostgreSQL for those tests that ask for one, started at the first question and stopped at the
 * end of the run. `AFFERENT_TEST_POSTGRES` names a server that is there already; its user must be allowed to create databases.
 */
export default function postgresForTests(project: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'afferent-pg-'));
  const given = process.env.AFFERENT_TEST_POSTGRES;
  let started: Promise<string> | null = null;
  const server = createServer((socket) => {
    started ??= given ? Promise.resolve(given) : startServer(folder);
    started.then(
      (address) => socket.end(address),
      (thrown) => socket.end(`failed: ${thrown instanceof Error ? thrown.message : 'unknown'}`),
    );
  });
  const path = join(folder, 'ask');
  server.listen(path);
  project.provide('postgresSocket', path);
  return async () => {
    server.close();
    const running = await started?.catch(() => null);
    if (running && !given) await asPostgres(program('pg_ctl'), ['-D', join(folder, 'data'), '-m', 'immediate', 'stop']);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Address of a new, empty database. */
export async function freshPostgres(): Promise<string> {
  const address = await askForServer();
  const name = `afferent_test_${randomBytes(8).toString('hex')}`;
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(address);
  url.pathname = `/${name}`;
  return url.href;
}

function askForServer(): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    connectSocket(inject('postgresSocket'))
      .setEncoding('utf8')
      .on('data', (text) => {
        answer += text;
      })
      .on('error', reject)
      .on('end', () => (answer.startsWith('failed') ? reject(new Error(`PostgreSQL for tests ${answer}`)) : resolve(answer)));
  });
}

/** A cluster of its own on a socket in `folder`. Its collation is not that of bytes, so that code that counts on one is found out. */
async function startServer(folder: string): Promise<string> {
  if (process.getuid?.() === 0) await run('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  const collation = ['--encoding=UTF8', '--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US'];
  await asPostgres(program('initdb'), ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', ...collation]);
  const options = `-k ${folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=200`;
  await asPostgres(program('pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  return `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`;
}

/** PostgreSQL refuses to run as root. */
function asPostgres(command: string, args: string[]): Promise<void> {
  return process.getuid?.() === 0 ? run('runuser', ['-u', 'postgres', '--', command, ...args]) : run(command, args);
}

/** The server that stays must hold none of our pipes, and vitest's own process must not stand still meanwhile. */
function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'ignore', cwd: tmpdir() })
      .on('error', reject)
      .on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${basename(command)} ended with ${code}`))));
  });
}

/** Debian keeps these beside the PATH, by version. */
function program(name: string): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
    .map((folder) => join(folder, name))
    .find(existsSync);
  if (!found) throw new Error(`${name} is not installed: install the package postgresql`);
  return found;
}
