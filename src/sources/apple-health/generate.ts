/**
 * Deterministic pieces of an export of the Health app, for tests and timings: synthetic, in the app's own form.
 * @param oneEventIn how many records there are for each one of sleep
 */
export function* generateExport(records: number, seed = 1, oneEventIn = 4): Generator<string> {
  yield HEAD;
  let state = seed >>> 0;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < records; i++) {
    const start = dateText(FIRST_MS + i * 30_000);
    const which = oneEventIn === 4 ? random(4) : random(oneEventIn) === 0 ? 3 : random(3);
    yield RECORDS[which]?.(start, dateText(FIRST_MS + i * 30_000 + random(20) * 1000), random(60)) ?? '';
  }
  yield '</HealthData>\n';
}

const FIRST_MS = Date.UTC(2020, 0, 1);

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
]>
<HealthData locale="en_GB">
 <ExportDate value="2029-12-01 10:00:00 +0100"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexNotSet"/>
`;

const WATCH = 'device="&lt;&lt;HKDevice: 0x282a45810&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,4&gt;"';

type Writer = (start: string, end: string, value: number) => string;

const RECORDS: readonly Writer[] = [
  (start, end, value) =>
    ` <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" sourceVersion="10.1" ${WATCH} unit="count/min" creationDate="${end}" startDate="${start}" endDate="${start}" value="${55 + value}">\n  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="0"/>\n </Record>\n`,
  (start, end, value) =>
    ` <Record type="HKQuantityTypeIdentifierStepCount" sourceName="Phone" sourceVersion="17.1" unit="count" creationDate="${end}" startDate="${start}" endDate="${end}" value="${value}"/>\n`,
  (start, end, value) =>
    ` <Record type="HKQuantityTypeIdentifierDistanceWalkingRunning" sourceName="Phone" sourceVersion="17.1" unit="km" creationDate="${end}" startDate="${start}" endDate="${end}" value="${(value / 1000).toFixed(5)}"/>\n`,
  (start, end) =>
    ` <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch" sourceVersion="10.1" ${WATCH} creationDate="${end}" startDate="${start}" endDate="${end}" value="HKCategoryValueSleepAnalysisAsleepCore">\n  <MetadataEntry key="HKTimeZone" value="Europe/Berlin"/>\n </Record>\n`,
];

/** As the app writes it, with the offset of the moment of export. */
function dateText(ms: number): string {
  return `${new Date(ms + 3_600_000).toISOString().slice(0, 19).replace('T', ' ')} +0100`;
}
