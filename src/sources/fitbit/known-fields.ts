import { ownValue } from '../reading/own-value.ts';

/** Fields of entries in exports seen so far, by the word a file's name begins with; any other is reported as drift. */
const byWord: Readonly<Record<string, ReadonlySet<string>>> = {
  sleep: new Set([
    ...['logId', 'dateOfSleep', 'startTime', 'endTime', 'duration', 'minutesToFallAsleep', 'minutesAsleep', 'minutesAwake'],
    ...['minutesAfterWakeup', 'timeInBed', 'efficiency', 'type', 'infoCode', 'levels', 'mainSleep', 'isMainSleep', 'logType'],
  ]),
  weight: new Set(['logId', 'weight', 'bmi', 'fat', 'date', 'time', 'source']),
  exercise: new Set([
    ...['logId', 'activityName', 'activityTypeId', 'activityLevel', 'averageHeartRate', 'calories', 'duration', 'activeDuration', 'steps'],
    ...['source', 'logType', 'manualValuesSpecified', 'lastModified', 'startTime', 'originalStartTime', 'originalDuration', 'hasGps'],
    ...['shouldFetchDetails', 'hasActiveZoneMinutes', 'heartRateZones', 'elevationGain', 'distance', 'distanceUnit', 'pace', 'speed'],
    ...['tcxLink', 'tcxTotalDistanceMeters', 'activeZoneMinutes', 'intervalWorkoutData', 'vo2Max', 'heartRateLink', 'caloriesLink'],
  ]),
};
const ofSeries: ReadonlySet<string> = new Set(['dateTime', 'value']);

export function knownFields(word: string): ReadonlySet<string> {
  return ownValue(byWord, word) ?? ofSeries;
}
