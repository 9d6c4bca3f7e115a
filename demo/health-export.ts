import { seeded } from './seeded.ts';

const days = 6;
/** The watch was not worn on this day before the demo. */
const notWorn = 3;
const hourMs = 3_600_000;

/** Steps, heart rate and sleep of some days, in the form of the Health app, with one record twice and one that is no number. */
export function healthExport(today: number): string {
  const random = seeded(7);
  const midnight = Math.floor(today / (24 * hourMs)) * 24 * hourMs;
  const records: string[] = [];
  for (let day = days; day >= 1; day--) {
    if (day === notWorn) continue;
    const start = midnight - day * 24 * hourMs;
    records.push(category('SleepAnalysis', 'HKCategoryValueSleepAnalysisAsleepCore', start - 1.5 * hourMs, start + 6 * hourMs));
    for (let hour = 7; hour < 22; hour++) {
      const at = start + hour * hourMs;
      records.push(quantity('StepCount', 'count', String(Math.round(200 + 900 * random())), at, at + 50 * 60_000));
      for (let minute = 5; minute < 60; minute += 15) {
        const beat = at + minute * 60_000;
        records.push(quantity('HeartRate', 'count/min', String(Math.round(62 + 40 * random())), beat, beat));
      }
    }
  }
  const at = midnight - 30 * hourMs;
  records.push(records[1] as string, quantity('HeartRate', 'count/min', 'none', at, at));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate,Me,Record*)>\n]>\n<HealthData locale="en_GB">\n',
    ` <ExportDate value="${moment(midnight)}"/>\n`,
    ' <Me HKCharacteristicTypeIdentifierDateOfBirth="" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>\n',
    ...records,
    '</HealthData>\n',
  ].join('');
}

function quantity(type: string, unit: string, value: string, startMs: number, endMs: number): string {
  return ` <Record type="HKQuantityTypeIdentifier${type}" sourceName="Watch" sourceVersion="11.0" unit="${unit}" creationDate="${moment(endMs)}" startDate="${moment(startMs)}" endDate="${moment(endMs)}" value="${value}"/>\n`;
}

function category(type: string, value: string, startMs: number, endMs: number): string {
  return ` <Record type="HKCategoryTypeIdentifier${type}" sourceName="Watch" sourceVersion="11.0" creationDate="${moment(endMs)}" startDate="${moment(startMs)}" endDate="${moment(endMs)}" value="${value}"/>\n`;
}

/** With the offset of the moment of export, as the app writes every date. */
function moment(ms: number): string {
  return `${new Date(ms + hourMs).toISOString().slice(0, 19).replace('T', ' ')} +0100`;
}
