import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceKind, sourceKinds } from './index.ts';

it('lists every folder that holds a kind, under its own name', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((item) => item.isDirectory() && existsSync(join(import.meta.dirname, item.name, 'index.ts')))
    .map((item) => item.name);
  expect(Object.keys(sourceKinds).sort()).toEqual(folders.sort());
  for (const [name, kind] of Object.entries(sourceKinds)) expect(kind.manifest.kind).toBe(name);
});

it('knows no other kind', () => {
  expect(() => sourceKind('fax')).toThrow(expect.objectContaining({ code: 'unknown-kind' }));
  expect(() => sourceKind('constructor')).toThrow(expect.objectContaining({ code: 'unknown-kind' }));
});
