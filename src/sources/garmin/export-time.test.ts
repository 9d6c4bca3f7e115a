import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceKind } from '../index.ts';
import { folderWith } from '../testing/folder.ts';
import { contextOf, readAll } from '../testing/read-all.ts';
import { writeZip } from '../testing/write-zip.ts';
import { exportTimes } from './export-time.ts';

const garmin = sourceKind('garmin');
const night = (seconds: number) =>
  JSON.stringify([
    {
      ...{ calendarDate: '2026-03-29', sleepStartTimestampGMT: '2026-03-28T22:30:00.0', sleepEndTimestampGMT: '2026-03-29T05:30:00.0' },
      ...{ deepSleepSeconds: seconds, version: 3 },
    },
  ]);
const NIGHTS = 'DI_CONNECT/DI-Connect-Wellness/2026-02-10_2026-05-21_10000001_sleepData.json';
const LATER = 'DI_CONNECT/DI-Connect-Wellness/2026-05-21_2026-08-29_10000001_sleepData.json';

/** Roles of parts with the times of the export that their records have. */
async function timesAt(path: string) {
  const parts = await readAll(garmin, path, contextOf({ zone: 'Europe/Berlin' }));
  return parts.flatMap(({ role, items }) =>
    items.flatMap((item) => (item.is === 'record' ? [[role, item.record.version, item.exported] as const] : [])),
  );
}

describe('when an export was made', () => {
  it('stands beside each record, which has no version but the vendor’s own time', async () => {
    const found = await timesAt(join(import.meta.dirname, 'fixtures/ana'));
    expect(new Set(found.map(([, , exported]) => exported))).toEqual(new Set(['2026-05-21T00:00:00.000Z']));
    expect(found.filter(([role]) => role === 'sleep' || role === 'body' || role === 'activity').map(([, version]) => version)).toEqual(
      Array.from({ length: 7 }, () => null),
    );
  });

  it('makes the same night of a later export the later one, though both lists have the same name', async () => {
    const first = writeZip([{ name: NIGHTS, content: night(4800) }]);
    const second = writeZip([
      { name: NIGHTS, content: night(5000) },
      { name: LATER, content: '[]' },
    ]);
    // By their names the later export is read first.
    expect(await timesAt(await folderWith({ 'b.zip': first, 'a.zip': second }))).toEqual([
      ['sleep', null, '2026-08-29T00:00:00.000Z'],
      ['sleep', null, '2026-05-21T00:00:00.000Z'],
    ]);
  });

  it.each([
    ['2026-02-10_2026-05-21_10000001_sleepData.json', '2026-05-21T00:00:00.000Z'],
    ['UDSFile_2026-02-10_2026-05-21.json', '2026-05-21T00:00:00.000Z'],
    ['MetricsMaxMetData_20260210_20260521_10000001.json', '2026-05-21T00:00:00.000Z'],
    ['a/BloodPressureFile_2026-02-10.json', '2026-02-10T00:00:00.000Z'],
    ['2026-02-10_2026-13-41_10000001_sleepData.json', '2026-02-10T00:00:00.000Z'],
    ['20260521_userBioMetrics.json', null],
    ['ana2026-05-21@example.org_0_summarizedActivities.json', null],
    ['2026-05-21_walk.fit', null],
  ])('is read from %s', (name, time) => {
    expect(exportTimes([name])(name)).toBe(time);
  });

  it('is that of its own name where a file lies outside of an export’s folders, or else the last beside it', () => {
    const names = ['UDSFile_2026-02-10_2026-05-21.json', 'UDSFile_2026-05-21_2026-08-29.json', '10000001_userBioMetrics.json'];
    expect(names.map(exportTimes([...names, `old/${NIGHTS}`]))).toEqual([
      '2026-05-21T00:00:00.000Z',
      '2026-08-29T00:00:00.000Z',
      '2026-08-29T00:00:00.000Z',
    ]);
  });

  it('is told apart where one folder holds two exports', () => {
    const times = exportTimes([`1/${NIGHTS}`, `2/${NIGHTS}`, `2/${LATER}`, '1/DI_CONNECT/x_summarizedActivities.json']);
    expect(times('1/DI_CONNECT/x_summarizedActivities.json')).toBe('2026-05-21T00:00:00.000Z');
    expect(times(`2/${NIGHTS}`)).toBe('2026-08-29T00:00:00.000Z');
  });
});
