import { expect, test } from 'vitest';
import type { Post } from '../../schema/records.ts';
import type { Parsed } from '../../schema/source.ts';
import { databaseNames, storeHome } from '../../test/support/store-home.ts';
import { addPerson, ingest, openWriter, post } from '../../test/support/study-data.ts';
import { recordsAsOf } from './as-of.ts';
import { closeBatch } from './batches.ts';
import { checkLedger } from './ledger-check.ts';
import { openRecord } from './records.ts';
import { createStudy } from './studies.ts';

/** The same numbers every time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let a = seed;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const version = (n: number) => (n === 0 ? null : `2026-02-0${n}T00:00:00.000Z`);

/** What the store should hold, told in the plainest way: of each source the states of each record with when each was stated last, and up to when each is taken back. */
class Plain {
  readonly #people: ReadonlyMap<string, string>;
  readonly #stored = new Map<string, Map<string, string>>();
  readonly #gone = new Map<string, string>();

  constructor(people: ReadonlyMap<string, string>) {
    this.#people = people;
    for (const source of people.keys()) this.#stored.set(source, new Map());
  }

  take(source: string, group: readonly Parsed[], tally: Record<string, number>): void {
    for (const item of group) if (item.is === 'deletion') this.#delete(source, item.recordId, item.at);
    for (const item of group) {
      if (item.is !== 'record' || item.record.type !== 'post') continue;
      const { id, text, version: own } = item.record;
      const [state, stated] = [JSON.stringify([id, own ?? '', text]), own ?? item.exported ?? ''];
      const gone = [`${source} ${id}`, `${this.#people.get(source)} ${id}`].map((name) => this.#gone.get(name) ?? null);
      const before = this.#stored.get(source)?.get(state);
      const outcome = before !== undefined ? 'duplicate' : gone.some((at) => at !== null && stated <= at) ? 'erased' : 'stored';
      tally[outcome] = (tally[outcome] ?? 0) + 1;
      if (outcome !== 'erased' && (before ?? '') <= stated) this.#stored.get(source)?.set(state, stated);
    }
  }

  states(source: string): string[] {
    return [...(this.#stored.get(source) ?? [])].map(([state, until]) => `${state} ${until}`).sort();
  }

  #delete(source: string, recordId: string, at: string): void {
    const isEverywhere = recordId.startsWith('at://');
    const person = this.#people.get(source);
    for (const name of isEverywhere ? [`${source} ${recordId}`, `${person} ${recordId}`] : [`${source} ${recordId}`]) {
      if ((this.#gone.get(name) ?? '') < at) this.#gone.set(name, at);
    }
    for (const [other, states] of this.#stored) {
      if (other !== source && !(isEverywhere && this.#people.get(other) === person)) continue;
      for (const [state, until] of states) {
        const [id] = JSON.parse(state) as [string];
        if (id === recordId && until <= at) states.delete(state);
      }
    }
  }
}

test.each(databaseNames)(
  'whatever comes in whichever order, fails and goes on, each record is stored once, on %s',
  async (database) => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const people = new Map<string, string>();
    for (const [name, kind] of [
      ['anna', 'posts'],
      ['anna', 'bluesky'],
      ['bert', 'posts'],
    ] as const) {
      const { source, participant } = await addPerson(store, 'sleep', name, kind);
      people.set(source, participant);
    }
    const sources = [...people.keys()];
    const plain = new Plain(people);
    const below = numbers(4711);
    const idOf = () => (below(3) === 0 ? `at://did:plc:someone/${below(5)}` : `own ${below(20)}`);
    const itemOf = (deletes: boolean): Parsed => {
      const id = idOf();
      if (!deletes || below(8) > 0) {
        const [stated, text] = [version(below(4)), `text ${below(3)}`];
        return below(2) === 0 ? post(id, text, { version: stated }) : { ...post(id, text), exported: stated };
      }
      return { is: 'deletion', units: 1, end: 0, day: '2026-01-31', type: 'post', recordId: id, at: version(1 + below(3)) as string };
    };
    for (let round = 0; round < 16; round++) {
      const source = sources[below(sources.length)] as string;
      let { writer, batch } = await openWriter(store, source, `arrival ${round}`);
      const expected: Record<string, number> = {};
      for (let part = 0; part < 1 + below(2); part++) {
        let firstUnit = 0;
        for (let group = 0; group < 1 + below(4); group++) {
          const items = Array.from({ length: 1 + below(30) }, () => itemOf(round > 4));
          const counted = items.length;
          const how = below(4);
          if (how === 0) {
            // The group fails, and the one behind it, which is under way already, with it.
            const failing = writer.commit({ part, firstUnit, counted: counted + 1, items });
            const behind = writer.commit({ part, firstUnit: firstUnit + counted + 1, counted, items: items.toReversed() });
            await expect(failing).rejects.toMatchObject({ code: 'ledger-unbalanced' });
            await expect(behind).rejects.toMatchObject({ code: 'stale-writer' });
          }
          if (how === 1) ({ writer, batch } = await openWriter(store, source, `arrival ${round}`));
          if (how === 2) for (const [i, item] of items.entries()) writer.take(part, item, firstUnit + i);
          await writer.commit({ part, firstUnit, counted, items: how === 2 ? [] : items });
          plain.take(source, items, expected);
          firstUnit += counted;
        }
        await writer.endPart(part);
      }
      await closeBatch(store, batch.id, 'done', null);
      for (const each of round % 4 === 3 ? sources : []) {
        const key = await store.keys.key(people.get(each) as string);
        const rows = await store.db.selectFrom('record').selectAll().where('source', '=', each).execute();
        const states = rows.map((row) => {
          const record = openRecord(key, row);
          expect(record.type).toBe('post');
          const until = row.stated_until ?? row.version;
          return record.type === 'post' ? `${JSON.stringify([record.id, record.version ?? '', record.text])} ${until}` : '';
        });
        expect(states.sort()).toEqual(plain.states(each));
      }
      const { duplicate } = await store.db.selectFrom('batch').select('duplicate').where('id', '=', batch.id).executeTakeFirstOrThrow();
      expect(duplicate).toBe(expected.duplicate ?? 0);
    }
    expect((await checkLedger(store, null)).findings).toEqual([]);
  },
  120_000,
);

test.each(databaseNames)(
  'as of every arrival a record is what the latest version said by then, whatever was a duplicate, on %s',
  async (database) => {
    const store = await (await storeHome(database)).open();
    await createStudy(store, 'sleep', null);
    const { source, participant } = await addPerson(store, 'sleep', 'anna');
    const key = await store.keys.key(participant);
    const below = numbers(815);
    const said = new Map<string, { text: string; version: string }>();
    const moments: { at: string; texts: string[] }[] = [];
    for (let arrival = 0; arrival < 30; arrival++) {
      const items = Array.from({ length: 1 + below(12) }, () => {
        const [id, text, stated] = [String(below(25)), `text ${below(2)}`, version(below(9))];
        if ((said.get(id)?.version ?? '') <= (stated ?? '')) said.set(id, { text, version: stated ?? '' });
        return { ...post(id, text), exported: stated };
      });
      const batch = await ingest(store, source, `arrival ${arrival}`, items.slice(0, 5), items.slice(5));
      const at = new Date(Date.UTC(2026, 2, 1 + arrival)).toISOString();
      await store.db.updateTable('batch').set({ arrived_at: at }).where('id', '=', batch).execute();
      await store.db.updateTable('restatement').set({ at }).where('at', '>', '2026-05').execute();
      moments.push({ at, texts: [...said].map(([id, { text }]) => `${id} ${text}`).sort() });
    }
    for (const { at, texts } of moments) {
      const rows = await recordsAsOf(store, 'sleep', { at }, { page: 1, size: 100 });
      const records = rows.map((row) => openRecord(key, row) as Post);
      expect(records.map(({ id, text }) => `${id} ${text}`).sort()).toEqual(texts);
    }
    expect((await checkLedger(store, null)).findings).toEqual([]);
  },
  120_000,
);
