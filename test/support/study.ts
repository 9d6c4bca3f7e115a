import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Policy } from '../../schema/policy.ts';
import { addParticipant } from '../../src/store/participants.ts';
import { addSource, listSources, type SourceSettings } from '../../src/store/sources.ts';
import { createStudy } from '../../src/store/studies.ts';
import { scoringDone, startIngestion } from '../../src/temporal/ingestion.ts';
import type { StudyHome } from './study-home.ts';

/** Posts of an hour apart, the newest first, all within the last days. */
export function postsFile(home: StudyHome, name: string, texts: readonly string[], newestMs = Date.now()): string {
  const path = join(home.home, name);
  const lines = texts.map((text, i) =>
    JSON.stringify({ id: `${name}-${i}`, time: new Date(newestMs - i * 3_600_000).toISOString(), text }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export const policy = (change: Partial<Policy> = {}): Policy =>
  Policy.parse({
    rules: [{ head: 'crisis', key: 'severity', atLeast: 3.2 }],
    people: [{ account: 'first', mail: 'first@example.org' }],
    ...change,
  });

/** A study with one participant and one source of posts. @returns the source's id */
export async function postStudy(home: StudyHome, study: string, path: string, studyPolicy: Policy | null = null): Promise<string> {
  await createStudy(home.store, study, studyPolicy);
  const { id } = await addParticipant(home.store, study, 'P001', null);
  return (await addSource(home.store, study, id, 'posts', settings(path), null)).id;
}

export const settings = (path: string): SourceSettings => ({ path, mapping: {}, zone: null, account: null });

/** Reads and scores all sources of a study, and waits. */
export async function ingestAll(home: StudyHome, study: string): Promise<void> {
  const handles = await startIngestion(home.client, home.store, study, await listSources(home.store, study));
  for (const handle of handles) await handle.result();
  await scoringDone(home.client, study);
}

/** A text that every crisis head should find alarming, and one that none should. Written for the tests. */
export const alarming = 'I want to end my life tonight, I have the pills ready and wrote my note';
export const calm = 'We baked bread this morning and walked along the river with the dog.';
