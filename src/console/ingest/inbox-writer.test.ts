import type { KyselyPlugin, PluginTransformQueryArgs } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { pushMedia } from '../../../schema/streams.ts';
import { storeHome } from '../../../test/support/store-home.ts';
import { pushedTo } from '../../streams/testing/pushed-study.ts';
import { testConsole } from '../testing/console.ts';

/** Counts what is written through it; nothing is changed. */
class WriteCounter implements KyselyPlugin {
  writes = 0;

  transformQuery({ node }: PluginTransformQueryArgs) {
    if (node.kind !== 'SelectQueryNode') this.writes++;
    return node;
  }

  async transformResult<T>({ result }: { result: T }): Promise<T> {
    return result;
  }
}

test('a push is one write, and pushes that come together share it', async () => {
  const store = await (await storeHome('sqlite')).open();
  const to = await pushedTo(store, 'posts');
  const counter = new WriteCounter();
  const app = await testConsole({ ...store, db: store.db.withPlugin(counter) }, { pushes: { posts: [pushMedia.ndjson] } });
  onTestFinished(() => app.close());
  const push = async (payload: string) => {
    const headers = { authorization: `Bearer ${to.token}`, 'content-type': pushMedia.ndjson };
    return (await app.inject({ method: 'POST', url: `/v1/ingest/${to.source}`, payload, headers })).statusCode;
  };
  expect([await push('first'), counter.writes]).toEqual([202, 1]);
  expect([await push('first'), counter.writes]).toEqual([200, 1]);
  const together = await Promise.all(Array.from({ length: 60 }, (_, i) => push(`body ${i}`)));
  expect(new Set(together)).toEqual(new Set([202]));
  expect(counter.writes).toBeLessThan(20);
  expect(await store.db.selectFrom('inbox').select('id').execute()).toHaveLength(61);
});
