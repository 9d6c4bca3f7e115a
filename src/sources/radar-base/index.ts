import { Readable } from 'node:stream';
import { AfferentError } from '../../../schema/errors.ts';
import type { Part, SourceKind } from '../../../schema/source.ts';
import { findArrivals } from '../reading/arrivals.ts';
import { baseName, type Entry, entriesOf, toParts } from '../reading/container.ts';
import { avroLines } from './avro-lines.ts';
import { counterOf } from './count.ts';
import { parseTopic, type Topic } from './parse.ts';

interface TopicPart extends Part {
  topic: Topic;
}

const HOUR_FILE = /^\d{8}(?:_\d{2,6})?(?:_\d+)?\.(csv|json|avro)$/;
const NO_TOPIC: Topic = { name: 'unnamed', form: 'table', isQuestionnaire: false };

/** Data of RADAR-base as its output is restructured: project, user, topic, files of an hour, CSV or JSON lines; or in Avro, as its storage has it. */
export const radarBase: SourceKind = {
  manifest: {
    kind: 'radar-base',
    title: 'RADAR-base',
    unit: 'a record of a topic; of questionnaires, an answer',
    yields: ['series', 'event', 'self-report'],
    mapped: false,
    version: 2,
  },
  arrivals: (path) => findArrivals(path, { isExport: () => false, deep: false }),
  async parts(arrival): Promise<TopicPart[]> {
    const entries = await entriesOf(arrival, true);
    const topics = new Map<string, Topic>();
    for (const entry of entries) {
      const topic = await topicOf(
        entry,
        arrival.form === 'zip' || entry.name.includes('/') ? entry.name : arrival.path.replace(/\.gz$/i, ''),
      );
      if (topic !== null) topics.set(entry.name, topic);
    }
    const roleOf = ({ name }: Entry) => (isAvro(name) ? 'container' : topics.has(name) ? 'topic' : null);
    const parts = toParts(entries, roleOf, (role) => role === 'container');
    return parts.map((part) => {
      const open = part.role === 'container' ? () => recordsIn(part) : part.open;
      return { ...part, open, topic: topics.get(part.name) ?? NO_TOPIC };
    });
  },
  counter(part) {
    const { form, isQuestionnaire } = (part as TopicPart).topic;
    return counterOf(form, isQuestionnaire);
  },
  parse(part, chunks, context) {
    if (part.role !== 'topic' && part.role !== 'container') throw new AfferentError('not-this-kind');
    return parseTopic(chunks, (part as TopicPart).topic, context);
  },
};

/** The part's stream is that of its records. */
async function recordsIn(part: Part): Promise<Readable> {
  return Readable.from(avroLines((await part.open()) as AsyncIterable<Buffer>), { objectMode: true, highWaterMark: 1 });
}

function isAvro(name: string): boolean {
  return name.toLowerCase().endsWith('.avro');
}

/** The topic is the folder that holds the file; what is named otherwise is read where its first line is of this form. */
async function topicOf(entry: Entry, path: string): Promise<Topic | null> {
  const base = baseName(entry.name);
  const form = base.endsWith('.csv') ? 'table' : /\.(?:jsonl?|avro)$/.test(base) ? 'lines' : null;
  if (form === null || entry.refused !== null) return null;
  const steps = path.split(/[\\/]/);
  if (isAvro(base)) return topic(containerTopic(base, steps), form);
  if (!HOUR_FILE.test(base) && !(await beginsAsTopic(entry, form))) return null;
  return topic((HOUR_FILE.test(base) ? steps.at(-2) : undefined) ?? base.replace(/\.\w+$/, ''), form);
}

/** Files that the storage's connector wrote are named `topic+partition+offset`, in folders of partitions. */
function containerTopic(base: string, steps: readonly string[]): string {
  const folder = steps.slice(0, -1).findLast((step) => !/^(?:partition=)?\d*$/.test(step));
  return /^(\w+)\+\d+\+\d+/.exec(base)?.[1] ?? (HOUR_FILE.test(base) ? folder : undefined) ?? base.replace(/\.\w+$/, '');
}

function topic(name: string, form: Topic['form']): Topic {
  return { name, form, isQuestionnaire: /^questionnaire_|_questionnaire$/.test(name) };
}

async function beginsAsTopic(entry: Entry, form: Topic['form']): Promise<boolean> {
  try {
    for await (const chunk of (await entry.open()) as AsyncIterable<Buffer>) {
      const head = chunk.toString('latin1', 0, 4096);
      return form === 'table' ? /^(?:\w+,)*"?key\.\w+/.test(head) && head.includes('value.') : /^\s*\{\s*"key"\s*:\s*\{/.test(head);
    }
  } catch {
    // It fails again where the part is read.
    return true;
  }
  return false;
}
