import { expect, test } from 'vitest';
import { ingestNotes } from './ingest-notes.ts';
import type { Ingestion } from './verbs/ingest.ts';

const none = { received: 0, stored: 0, duplicate: 0, quarantined: 0, excluded: 0, erased: 0 };

function notes(change: Partial<Ingestion>, kind = 'whatsapp', error: string | null = null): string {
  const sources = [{ source: 's_1', kind, ...none, erasedBefore: 0, error }];
  const lists = { failed: [], unread: [], ofOthers: [] };
  return ingestNotes({ study: 'sleep', ...none, sources, erasedBefore: 0, scores: 0, ...lists, unwatchedAlerts: 0, ...change }).join('\n');
}

test('of an export of which nothing is read, the form that its makers choose by default is asked for', () => {
  expect(notes({ unread: ['s_1'] }, 'instagram')).toMatch(/or the HTML form, which cannot be read\? Then ask for the download as JSON\.$/);
  expect(notes({ unread: ['s_1'] })).toMatch(/Is it another kind\?$/);
});

test('what asks for a hand is said with what to do', () => {
  expect(notes({})).toBe('');
  expect(notes({ ofOthers: ['s_1'] })).toContain('./afferent source map sleep s_1 --account NAME');
  expect(notes({ quarantined: 1 })).toBe('1 unit could not be read or trusted. Which, and why: ./afferent quarantine list sleep');
  expect(notes({ quarantined: 7 })).toMatch(/^7 units /);
  expect(notes({ unwatchedAlerts: 1 })).toMatch(/^1 alert is open and nobody watches/);
  expect(notes({}, 'whatsapp', 'bad-path')).toMatch(/^s_1: The path does not exist/);
});
