import { describe, expect, it } from 'vitest';
import { sourceKind } from './index.ts';
import { addNumber, addWord, type Values } from './reading/measurements.ts';
import { outsideText } from './reading/outside-text.ts';
import { ownValue } from './reading/own-value.ts';
import { folderWith } from './testing/folder.ts';
import { itemsAt, tally } from './testing/read-all.ts';

const outcomes = async (kind: string, name: string, content: string) =>
  tally(await itemsAt(sourceKind(kind), await folderWith({ [name]: content })));

/** Names that every object knows, whatever was put into it. */
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];
const NESTED = `${'['.repeat(10_000)}1${']'.repeat(10_000)}`;

describe('names that every object knows', () => {
  it.each(INHERITED)('stand in no table: %s', (name) => {
    expect(ownValue({ a: 1 }, name)).toBeUndefined();
    expect(ownValue(JSON.parse(`{"${name}":1}`), name)).toBe(1);
  });

  it.each(INHERITED)('are columns, types and units as any other: %s', async (name) => {
    const calls = 'ab12cd34/calls/2024-03-05 08_00_00+00_00.csv';
    expect(await outcomes('beiwe', calls, `timestamp,UTC time,${name}\n1709625600000,,7\n`)).toEqual({ record: 1 });
    expect(await outcomes('aware', `${name}.csv`, `timestamp,device_id,${name},b\n1709625600000,x,7,8\n`)).toEqual({ record: 1 });
    const stress = 'com.samsung.shealth.stress.20240101.csv';
    expect(Object.keys(await outcomes('samsung-health', stress, `x\nstart_time,${name}\n2024-01-01 10:00:00.000,1\n`))).not.toEqual([]);
    expect(await outcomes('whoop', 'sleeps.csv', `Sleep onset,a (${name})\n2024-01-01 10:00:00,7\n`)).not.toEqual({});
  });
});

describe('a value of the name __proto__', () => {
  const valuesIn = async (kind: string, name: string, content: string) =>
    (await itemsAt(sourceKind(kind), await folderWith({ [name]: content }))).flatMap((item) =>
      item.is === 'record' && item.record.type === 'event' ? [item.record.values] : [],
    );

  it('is not lost where columns keep the names that they have', async () => {
    const aware = 'timestamp,device_id,__proto__,b\n1709625600000,x,7,8\n';
    expect(await valuesIn('aware', 'anything.csv', aware)).toEqual([{ _proto_: { value: 7, unit: '1' }, b: { value: 8, unit: '1' } }]);
    const calls = 'ab12cd34/calls/2024-03-05 08_00_00+00_00.csv';
    expect(await valuesIn('beiwe', calls, 'timestamp,UTC time,__proto__\n1709625600000,,7\n')).toEqual([
      { _proto_: { value: 7, unit: '1' } },
    ]);
    const radar = 'study/user-1/android_phone_anything/20240305_0800.csv';
    const header = 'key.projectId,key.userId,key.sourceId,value.time,value.timeReceived,value.__proto__,value.b';
    expect(await valuesIn('radar-base', radar, `${header}\nstudy,user-1,s,1709625600.0,1709625600.0,7,word\n`)).toEqual([
      { _proto_: { value: 7, unit: '1' }, b: { value: 'word', unit: '1' } },
    ]);
  });

  it('is kept by what puts numbers and words under outside names', () => {
    const values: Values = {};
    addNumber(values, '__proto__', 7, '1');
    expect(values).toEqual({ _proto_: { value: 7, unit: '1' } });
    addWord(values, '__proto__', 'a');
    expect(values).toEqual({ _proto_: { value: 'a', unit: '1' } });
  });

  it('is no value of a record of our own shape', async () => {
    const line = (name: string) =>
      `{"type":"event","id":"1","event":"other","time":"2024-03-05T08:00:00Z","values":{"${name}":{"value":7,"unit":"1"}}}\n`;
    expect(await outcomes('records', 'a.jsonl', line('a'))).toEqual({ record: 1 });
    expect(await outcomes('records', 'a.jsonl', line('__proto__'))).toEqual({ 'quarantined wrong-shape': 1 });
  });
});

describe('objects in the place of texts', () => {
  it.each([['{"toString":1}'], [NESTED], ['{"a":{}}']])('are not asked for their own', (json) => {
    expect(outsideText(JSON.parse(json))).toBe('[object Object]');
  });

  it.each([['{"toString":1}'], [NESTED]])('do not end the reading of a night', async (state) => {
    const changes = `[{"offsetFromStart":${state},"state":${state}}]`;
    const hypnogram = `{"sleepStart":"2024-03-05T22:00:00Z","sleepEnd":"2024-03-06T06:00:00Z","sleepStateChanges":${changes}}`;
    const night = `[{"night":"2024-03-05","sleepResult":{"hypnogram":${hypnogram}}}]`;
    expect(await outcomes('polar', 'sleep_result_2024-abc.json', night)).toEqual({ record: 1 });
  });

  it('are scalars as they were written', () => {
    expect([1, 'a', null, undefined, true].map(outsideText)).toEqual(['1', 'a', 'null', 'undefined', 'true']);
  });
});

describe('intervals between beats', () => {
  it('are no longer than numbers can say, and not of a time to come', async () => {
    const lines = ['1700000000.0, IBI', '1.0,0.8', `2.0,1${'0'.repeat(400)}`, '9999999999.0,0.8', '0.5,-1'].join('\n');
    expect(await outcomes('empatica-e4', '1700000000_A01234/IBI.csv', lines)).toEqual({
      sample: 1,
      'quarantined bad-value': 2,
      'quarantined future-time': 1,
    });
  });
});

describe('objects within one another by the thousand', () => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;

  it('cost none of the other values, in Oura’s documents and Polar’s totals', async () => {
    const day = `{"summary_date":"2024-03-30","steps":9000,"deep":${deep}}`;
    expect(await outcomes('oura', 'oura_2024-04-01.json', `{"activity":[${day},{"summary_date":"2024-03-31","steps":1}]}`)).toEqual({
      record: 2,
    });
    const activity = `{"date":"2024-03-30","summary":{"stepCount":9000},"deep":${deep}}`;
    expect(await outcomes('polar', 'activity-2024-03-30-1-a.json', activity)).toMatchObject({ record: 1 });
  });
});
