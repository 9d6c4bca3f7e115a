import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../schema/source.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, driftingContext, itemsAt, readAll, tally } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { readElement, readStartTag } from './element.ts';
import { generateExport } from './generate.ts';
import { appleHealth } from './index.ts';
import { RecordTags } from './record-tag.ts';

const folder = join(import.meta.dirname, 'fixtures', 'apple_health_export');
const xml = readFileSync(join(folder, 'exportación.xml'));

function samples(items: Parsed[]) {
  return items.flatMap((item) => (item.is === 'sample' ? [item.sample] : []));
}

/** Attributes of a record by the fast reading alone. */
function readRecordTag(text: string) {
  const bytes = Buffer.from(text);
  const tags = new RecordTags(bytes);
  const tag = tags.find(0, bytes.length);
  return tag === null ? null : tags.attributesOf(tag);
}

function events(items: Parsed[]) {
  return items.flatMap((item) => (item.is === 'record' && item.record.type === 'event' ? [item.record] : []));
}

describe('an export of the Health app', () => {
  it('says of each element what became of it', async () => {
    const { context, drift } = driftingContext();
    const parts = await readAll(appleHealth, folder, context);
    expect(parts.map((part) => [part.role, tally(part.items)])).toEqual([
      [null, { 'excluded file-not-used': 1 }],
      [
        'export',
        {
          sample: 7,
          record: 4,
          'excluded not-collected': 3,
          'excluded identity': 1,
          'quarantined bad-value': 1,
          'quarantined future-time': 1,
          'quarantined no-time': 2,
          'quarantined not-xml': 1,
        },
      ],
      [null, { 'excluded file-not-used': 1 }],
    ]);
    expect(drift).toEqual([
      { kind: 'unknown-field', name: 'HKQuantityTypeIdentifierSomethingNew' },
      { kind: 'changed-unit', name: 'foo/bar' },
    ]);
  });

  it('takes no number that is larger than numbers can be, as written or in our unit', async () => {
    const record = (value: string, unit: string) =>
      `<Record type="HKQuantityTypeIdentifierDistanceWalkingRunning" sourceName="x" unit="${unit}" startDate="2022-10-13 10:00:00 +0100" endDate="2022-10-13 10:00:00 +0100" value="${value}"/>`;
    const all = [record('1e999', 'm'), record('1e308', 'm'), record('1e308', 'km')].join('\n');
    const found = await itemsAt(appleHealth, await folderWith({ 'export.xml': `<HealthData>${all}</HealthData>` }));
    expect(tally(found)).toEqual({ 'quarantined bad-value': 2, sample: 1 });
  });

  it('names signals, converts units, and keeps devices apart', async () => {
    const found = samples(await itemsAt(appleHealth, folder));
    expect(found.map(({ signal, unit, value, device }) => [signal, unit, value, device])).toEqual([
      ['heart_rate', '/min', 72, 'Reloj de Ana'],
      ['steps', '1', 640, 'iPhone'],
      ['steps', '1', 655, 'Reloj de Ana'],
      ['distance_walking_running', 'm', 0.5 * 1609.344, 'iPhone'],
      ['hrv_sdnn', 'ms', 45.5, 'Reloj de Ana'],
      ['something_new', 'foo/bar', 1.5, 'iPhone'],
      ['heart_rate', '/min', 61, 'verticaltab'],
    ]);
  });

  it('takes the day from the zone of the record, then the declared one, then the offset as it stands', async () => {
    const stated = await itemsAt(appleHealth, folder);
    expect(samples(stated)[1]?.time).toEqual({ utc: '2022-06-30T22:10:00.000Z', offset: 60, zone: 'stated', day: '2022-06-30' });
    // In June it was past midnight in Berlin: the offset of the export's own winter day says otherwise.
    const declared = await itemsAt(appleHealth, folder, contextOf({ zone: 'Europe/Berlin' }));
    expect(samples(declared)[1]?.time).toMatchObject({ utc: '2022-06-30T22:10:00.000Z', offset: 120, zone: 'declared', day: '2022-07-01' });
    expect(events(declared)[0]).toMatchObject({ event: 'sleep', time: { offset: -240, zone: 'stated', day: '2022-10-12' } });
  });

  it('makes events of sleep, workouts and days', async () => {
    const found = events(await itemsAt(appleHealth, folder));
    expect(found.map(({ event, values }) => [event, values])).toEqual([
      ['sleep', { stage: { value: 'asleep_rem', unit: '1' } }],
      ['other', { apple_stand_hour: { value: 'apple_stand_hour_stood', unit: '1' } }],
      [
        'workout',
        {
          activity: { value: 'running', unit: '1' },
          duration: { value: 30.5, unit: 'min' },
          distance_walking_running_sum: { value: 5000, unit: 'm', original: { value: 5, unit: 'km' } },
        },
      ],
      [
        'summary',
        {
          active_energy: { value: 418.4 / 4.184, unit: 'kcal', original: { value: 418.4, unit: 'kJ' } },
          active_energy_goal: { value: 500 * (1 / 4.184), unit: 'kcal', original: { value: 500, unit: 'kJ' } },
          exercise_time: { value: 31, unit: 'min' },
          exercise_time_goal: { value: 30, unit: 'min' },
          stand_hours: { value: 10, unit: 'h' },
          stand_hours_goal: { value: 12, unit: 'h' },
        },
      ],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(4);
  });

  it('finds the export in a zip by its root, whatever its name', async () => {
    const zip = writeZip([
      { name: 'apple_health_export/导出.xml', content: xml },
      { name: 'apple_health_export/export_cda.xml', content: '<ClinicalDocument/><ClinicalDocument/>' },
    ]);
    const path = await folderWith({ 'export.zip': zip });
    expect((await readAll(appleHealth, path)).map((part) => [part.role, part.accounted])).toEqual([
      [null, 1],
      ['export', 20],
    ]);
  });

  it('keeps what came before a cut, and counts the rest as one unit', async () => {
    const path = await folderWith({ 'export.xml': xml.subarray(0, xml.indexOf('<Workout ') + 50) });
    const items = await itemsAt(appleHealth, path);
    expect(items.at(-1)).toMatchObject({ is: 'quarantined', reason: 'part-unreadable', units: 1 });
    expect(tally(items)).toMatchObject({ sample: 7, 'quarantined part-unreadable': 1 });
  });

  it('reads start tags fast as it reads them slowly', () => {
    const texts = [...generateExport(200)].filter((text) => text.includes('<Record'));
    texts.push(
      '<Record a="x &amp; &lt;y&gt;" b=""/>',
      '<Record\n a="1\r\n2"\tb="ü 🙂"></Record>',
      '<Record/>',
      '<Record a="1" >\n</Record>',
    );
    for (const text of texts) {
      const slow = readElement(text.trim());
      expect(readStartTag(text.trim())).toEqual({ name: slow?.name, attributes: slow?.attributes });
    }
    for (const text of [
      '<Record a="1" a="2"/>',
      '<Record a="&x;"/>',
      '<Record a=1/>',
      '<Record a="1"b="2"/>',
      '<Record a="<"/>',
      'Record',
    ]) {
      expect([text, readStartTag(text) ?? readElement(text)]).toEqual([text, null]);
    }
  });

  it('reads records as the app writes them faster still, and any other no other way', () => {
    const texts = [...generateExport(200)].filter((text) => text.includes('<Record')).map((text) => text.trim());
    for (const text of texts) expect(readRecordTag(text)).toEqual(readElement(text)?.attributes);
    const plain = texts.find((text) => text.includes('StepCount')) as string;
    for (const [from, to] of [
      [' sourceVersion', '> sourceVersion'],
      [' sourceVersion', ' value="1" sourceVersion'],
      [' sourceVersion', ' sourceName="x" sourceVersion'],
      ['" value="', '" value="&#49;'],
      ['" value="', '" value="<'],
      ['"/>', '" more="1"/>'],
      ['" endDate="', '"  endDate="'],
      ['<Record ', '<Recorded '],
    ] as const) {
      expect([to, readRecordTag(plain.replace(from, to))]).toEqual([to, null]);
    }
  });
});
