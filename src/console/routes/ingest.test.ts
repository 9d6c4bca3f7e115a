import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushMedia } from '../../../schema/streams.ts';
import type { DatabaseName } from '../../../test/support/store-home.ts';
import { until } from '../../../test/support/until.ts';
import { revokeDevice } from '../../store/devices.ts';
import { checkLedger } from '../../store/ledger-check.ts';
import type { Store } from '../../store/open.ts';
import { openRecord } from '../../store/records.ts';
import { temporaryStore } from '../../store/testing/sample-study.ts';
import { withdraw } from '../../store/withdraw.ts';
import { ledgerOf, pushedTo, readWaiting, study } from '../../streams/testing/pushed-study.ts';
import { testConsole } from '../testing/console.ts';

const pushes = { posts: [pushMedia.ndjson], records: [pushMedia.ndjson] };
const line = (id: string, text = 'a walk by the river') =>
  JSON.stringify({ id, time: '2026-01-05T10:00:00+01:00', text, audience: 'public' });

describe.each<DatabaseName>(['sqlite', 'postgres'])('pushing to a store on %s', (database) => {
  let store: Store;
  let remove: () => Promise<void>;
  let app: FastifyInstance;
  let people = 0;

  beforeAll(async () => {
    ({ store, remove } = await temporaryStore(database));
    app = await testConsole(store, { pushes });
  });
  afterAll(async () => {
    await app.close();
    await remove();
  });

  const device = (kind = 'posts', consent = {}) => pushedTo(store, kind, `P${++people}`, {}, consent);
  const push = (to: { source: string; token: string }, payload: string | Buffer, headers: Record<string, string> = {}) => {
    const options: InjectOptions = { method: 'POST', url: `/v1/ingest/${to.source}`, payload };
    return app.inject({ ...options, headers: { authorization: `Bearer ${to.token}`, 'content-type': pushMedia.ndjson, ...headers } });
  };

  test('is acknowledged once it is stored sealed, and every unit ends in the ledger', async () => {
    const to = await device();
    const body = [line('1'), line('2'), 'not json', line('1')].join('\n');
    const answer = await push(to, body, { 'idempotency-key': 'first' });
    expect(answer.statusCode).toBe(202);
    const row = await store.db.selectFrom('inbox').selectAll().where('id', '=', answer.json().receipt).executeTakeFirstOrThrow();
    expect([row.state, row.bytes, row.body?.includes('river')]).toEqual(['waiting', Buffer.byteLength(body), false]);
    await readWaiting(store, to.source);
    expect(await ledgerOf(store, to.source)).toEqual({ received: 4, stored: 2, duplicate: 1, quarantined: 1, excluded: 0, erased: 0 });
    const after = await store.db.selectFrom('inbox').select(['state', 'body']).where('id', '=', row.id).executeTakeFirstOrThrow();
    expect(after).toEqual({ state: 'read', body: null });
    expect((await checkLedger(store, study, async () => null)).findings).toEqual([]);
    const told = await app.inject({ url: `/v1/ingest/${to.source}/receipts/${row.id}`, headers: { authorization: `Bearer ${to.token}` } });
    expect(told.json()).toMatchObject({ state: 'read', ledger: { received: 4, stored: 2 } });
  });

  test('a replay is answered with the same receipt, before and after it was read, and stores nothing', async () => {
    const to = await device();
    const first = await push(to, line('1'), { 'idempotency-key': 'a' });
    await readWaiting(store, to.source);
    const replays = await Promise.all([
      push(to, line('1'), { 'idempotency-key': 'a' }),
      push(to, line('1'), { 'idempotency-key': 'b' }),
      push(to, line('1')),
      push(to, gzipSync(line('1')), { 'content-encoding': 'gzip' }),
    ]);
    for (const replay of replays) expect([replay.statusCode, replay.body]).toEqual([200, first.body]);
    await readWaiting(store, to.source);
    expect(await ledgerOf(store, to.source)).toMatchObject({ received: 1, stored: 1 });
  });

  test('the same request ten times at once is kept once', async () => {
    const to = await device();
    const answers = await Promise.all(Array.from({ length: 10 }, () => push(to, line('1'), { 'idempotency-key': 'same' })));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(answers.filter((answer) => answer.statusCode === 202)).toHaveLength(1);
  });

  test('the sender’s clock is measured and changes no time', async () => {
    const to = await device();
    const ahead = 3 * 3_600_000;
    const answer = await push(to, line('1'), { 'x-client-time': new Date(Date.now() + ahead).toISOString() });
    expect(Math.abs(answer.json().skewMs - ahead)).toBeLessThan(60_000);
    await readWaiting(store, to.source);
    const row = await store.db
      .selectFrom('record')
      .innerJoin('inbox', 'inbox.batch', 'record.batch')
      .select(['record.id', 'record.body', 'inbox.skew_ms'])
      .where('record.source', '=', to.source)
      .executeTakeFirstOrThrow();
    expect(row.skew_ms).toBe(answer.json().skewMs);
    expect(openRecord(await store.keys.key(to.participant), row).time.utc).toBe('2026-01-05T09:00:00.000Z');
  });

  test('a time far in the future of our clock is quarantined, not corrected', async () => {
    const to = await device();
    const time = new Date(Date.now() + 3 * 86_400_000).toISOString();
    await push(to, JSON.stringify({ id: '1', time, text: 'from tomorrow' }), { 'x-client-time': String(Date.parse(time)) });
    await readWaiting(store, to.source);
    expect(await ledgerOf(store, to.source)).toMatchObject({ received: 1, quarantined: 1 });
  });

  test.each([
    ['no token', { authorization: '' }, line('1'), 401, 'device-refused'],
    ['a wrong token', { authorization: `Bearer aff_${'x'.repeat(43)}` }, line('1'), 401, 'device-refused'],
    ['another content type', { 'content-type': 'text/csv' }, line('1'), 415, 'media-not-taken'],
    ['an unknown content type', { 'content-type': 'image/png' }, line('1'), 415, 'media-not-taken'],
    ['an empty body', {}, '', 400, 'body-empty'],
    ['a body that is no gzip', { 'content-encoding': 'gzip' }, line('1'), 400, 'bad-packing'],
    ['a clock that is no time', { 'x-client-time': 'noon' }, line('1'), 400, 'usage'],
    ['a name of a request that is none', { 'idempotency-key': 'a b' }, line('1'), 400, 'usage'],
    ['a large body', {}, 'x'.repeat(8 * 1024 * 1024 + 1), 413, 'body-too-large'],
    ['a body that unpacks to a large one', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(9 * 1024 * 1024)), 413, 'body-too-large'],
  ])('%s is refused', async (_what, headers, body, status, code) => {
    const answer = await push(await device(), body, headers as Record<string, string>);
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
    expect(answer.json().error.hint).not.toContain('--help');
  });

  test('the name of a request cannot be used for another body, and a token not for another source', async () => {
    const to = await device();
    await push(to, line('1'), { 'idempotency-key': 'a' });
    const other = await push(to, line('2'), { 'idempotency-key': 'a' });
    expect([other.statusCode, other.json().error.code]).toEqual([409, 'request-reused']);
    const elsewhere = await push({ source: (await device()).source, token: to.token }, line('1'));
    expect(elsewhere.json().error.code).toBe('device-refused');
  });

  test('a revoked device is refused at its next request', async () => {
    const to = await device();
    expect((await push(to, line('1'))).statusCode).toBe(202);
    await revokeDevice(store, study, to.source, to.device);
    expect((await push(to, line('2'))).json().error.code).toBe('device-refused');
  });

  test('a withdrawal empties the inbox and refuses the device', async () => {
    const to = await device();
    await push(to, line('1'));
    await withdraw(store, study, `P${people}`);
    expect(await store.db.selectFrom('inbox').select('id').where('source', '=', to.source).execute()).toEqual([]);
    expect((await push(to, line('2'))).json().error.code).toBe('device-refused');
  });

  test('what was not agreed to is counted and kept nowhere', async () => {
    const to = await device('posts', { from: '2026-02-01T00:00:00Z' });
    await push(to, line('1'));
    await readWaiting(store, to.source);
    expect(await ledgerOf(store, to.source)).toMatchObject({ received: 1, excluded: 1 });
    expect(await store.db.selectFrom('inbox').select('body').where('source', '=', to.source).execute()).toEqual([{ body: null }]);
  });

  test('what is taken back is erased, also when that comes first', async () => {
    const to = await device('records');
    const post = (id: string) => JSON.stringify({ type: 'post', ...JSON.parse(line(id)) });
    const gone = (id: string) => JSON.stringify({ type: 'deletion', of: 'post', id, time: '2026-01-06T10:00:00Z' });
    for (const body of [`${post('1')}\n${post('2')}`, gone('1'), gone('3'), post('3')]) {
      await push(to, body);
      await readWaiting(store, to.source);
    }
    expect(await ledgerOf(store, to.source)).toEqual({ received: 5, stored: 1, duplicate: 0, quarantined: 0, excluded: 2, erased: 2 });
    expect((await checkLedger(store, study)).findings).toEqual([]);
  });

  test('more than may wait is sent away, and comes in once it was read', async () => {
    const small = await testConsole(store, { pushes, inbox: { sourceBytes: 150 } });
    const to = await device();
    const send = (id: string) =>
      small.inject({
        method: 'POST',
        url: `/v1/ingest/${to.source}`,
        payload: line(id),
        headers: { authorization: `Bearer ${to.token}`, 'content-type': pushMedia.ndjson },
      });
    expect((await send('1')).statusCode).toBe(202);
    const away = await send('2');
    expect([away.statusCode, away.json().error.code, Number(away.headers['retry-after']) > 0]).toEqual([429, 'inbox-full', true]);
    await small.close();
    await readWaiting(store, to.source);
    const later = await testConsole(store, { pushes, inbox: { sourceBytes: 150 } });
    const again = await later.inject({
      method: 'POST',
      url: `/v1/ingest/${to.source}`,
      payload: line('2'),
      headers: { authorization: `Bearer ${to.token}`, 'content-type': pushMedia.ndjson },
    });
    await later.close();
    expect(again.statusCode).toBe(202);
  });

  describe('over a line', () => {
    /** Sends a head that announces a body, and none of the body. */
    function openHead(on: FastifyInstance, to: { source: string; token: string }): Socket {
      const { port } = on.server.address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      const head = [
        `POST /v1/ingest/${to.source} HTTP/1.1`,
        'host: 127.0.0.1',
        `authorization: Bearer ${to.token}`,
        `content-type: ${pushMedia.ndjson}`,
        'content-length: 1000',
      ];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      return socket;
    }

    /** @returns what the server answers to the head alone */
    async function headAlone(on: FastifyInstance, to: { source: string; token: string }): Promise<string> {
      const socket = openHead(on, to);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return answer.toString('latin1');
    }

    test('a body is not waited for where the token is wrong, or where there is no room for it', async () => {
      const narrow = await testConsole(store, { pushes, inbox: { receivingBytes: 1500 } });
      await narrow.listen({ host: '127.0.0.1', port: 0 });
      const to = await device();
      expect(await headAlone(narrow, { ...to, token: 'x'.repeat(43) })).toContain('401');
      // There is room for one of two bodies that do not come: the other is answered at once, whichever was first.
      const both = [openHead(narrow, to), openHead(narrow, to)];
      const [refused] = (await Promise.race(both.map((socket) => once(socket, 'data')))) as [Buffer];
      expect(refused.toString('latin1')).toContain('429');
      for (const socket of both) socket.destroy();
      const authorization = `Bearer ${to.token}`;
      await until(async () => {
        const answer = await narrow.inject({
          method: 'POST',
          url: `/v1/ingest/${to.source}`,
          payload: `${line('1')}${' '.repeat(900)}`,
          headers: { authorization, 'content-type': pushMedia.ndjson },
        });
        return answer.statusCode === 202;
      });
      await narrow.close();
    });
  });
});
