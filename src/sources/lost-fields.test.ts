import { expect, test } from 'vitest';
import { posts } from './posts/index.ts';
import { folderWith } from './testing/folder.ts';
import { driftingContext, readAll } from './testing/read-all.ts';

const row = (more: object) => `${JSON.stringify({ id: '1', time: '2026-01-01T00:00:00Z', text: 'x', ...more })}\n`;

test('a field that most units lack or have in another shape is a change of the format; in a single one it is not', async () => {
  const { context, drift } = driftingContext();
  const gone = row({ time: undefined });
  const other = row({ text: { body: 'x' } });
  const path = await folderWith({ 'a.jsonl': gone + gone + row({}), 'b.jsonl': other, 'c.jsonl': row({}) + row({ id: '2' }) + gone });
  await readAll(posts, path, context);
  expect(drift).toEqual([
    { kind: 'missing-field', name: 'time' },
    { kind: 'changed-type', name: 'text' },
  ]);
});
