import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Consent, Policy } from '../../schema/policy.ts';
import { root } from '../structure/cruise.ts';
import { markdownTables } from '../structure/markdown-tables.ts';
import { codeBlocks } from './documents.ts';

const text = (path: string) => readFileSync(join(root, path), 'utf8');

test('the policy of docs/policy.md is whole: every field, and none that the schema does not know', () => {
  const [whole] = codeBlocks(text('docs/policy.md')).filter(({ language }) => language === 'yaml');
  const value = parse(whole?.text ?? '') as Record<string, unknown>;
  expect(z.strictObject(Policy.shape).parse(value)).toEqual(value);
  expect(Object.keys(value).sort()).toEqual(Object.keys(Policy.shape).sort());
});

test('the table of docs/policy.md has the fields of the schema and their defaults', () => {
  const [table] = markdownTables(text('docs/policy.md'));
  const rows = table?.rows ?? [];
  const shown = Object.fromEntries(
    rows.map(([field, , given]) => [field?.replaceAll('`', ''), given === 'none' ? undefined : given?.replaceAll('`', '')]),
  );
  const least = { rules: [{ head: 'crisis', key: 'severity', atLeast: 4 }], people: [{ account: 'ana', mail: 'ana@example.org' }] };
  const defaults = Policy.parse(least);
  const expected = Object.keys(Policy.shape).map((field) => [field, field in least ? undefined : defaults[field as keyof typeof defaults]]);
  expect(shown).toEqual(Object.fromEntries(expected));
});

test('consent files of docs/consent.md are of the right form', () => {
  const files = codeBlocks(text('docs/consent.md')).filter(({ language }) => language === 'yaml' || language === 'json');
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) z.strictObject(Consent.shape).parse(parse(file.text));
});

test('CITATION.cff is of this version and licence', () => {
  const citation = z
    .looseObject({
      'cff-version': z.literal('1.2.0'),
      title: z.string(),
      authors: z.array(z.object({ name: z.string() })).min(1),
      version: z.string(),
      license: z.string(),
    })
    .parse(parse(text('CITATION.cff')));
  const { version, license } = JSON.parse(text('package.json')) as { version: string; license: string };
  expect([citation.version, citation.license]).toEqual([version, license]);
  expect(text('LICENSE')).toContain('Apache License');
});
