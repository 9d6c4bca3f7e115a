import type { Types } from '../reading/drift.ts';
import type { GarminRole } from './files.ts';

const OWNER = ['userProfilePK', 'userProfilePk', 'userProfileId', 'deviceId', 'uuid', 'version'];

const activity: ReadonlySet<string> = new Set([
  ...OWNER,
  ...['activityId', 'uuidMsb', 'uuidLsb', 'name', 'description', 'locationName', 'activityType', 'sportType', 'eventTypeId', 'rule'],
  ...['timeZoneId', 'beginTimestamp', 'startTimeGmt', 'startTimeGMT', 'startTimeLocal', 'manufacturer', 'lapCount'],
  ...['atpActivity', 'autoCalcCalories', 'decoDive', 'elevationCorrected', 'favorite', 'parent', 'pr', 'purposeful', 'workoutId'],
  ...['duration', 'elapsedDuration', 'movingDuration', 'surfaceInterval', 'distance', 'elevationGain', 'elevationLoss'],
  ...['minElevation', 'maxElevation', 'avgSpeed', 'maxSpeed', 'avgGradeAdjustedSpeed', 'maxVerticalSpeed', 'calories', 'bmrCalories'],
  ...['avgHr', 'maxHr', 'minHr', 'steps', 'floorsClimbed', 'floorsDescended', 'jumpCount', 'waterEstimated', 'waterConsumed'],
  ...['avgFractionalCadence', 'maxFractionalCadence', 'avgRunCadence', 'maxRunCadence', 'avgDoubleCadence', 'maxDoubleCadence'],
  ...['avgBikeCadence', 'maxBikeCadence', 'avgSwimCadence', 'maxSwimCadence', 'avgStrokeCadence', 'maxStrokeCadence', 'avgStrokes'],
  ...['strokes', 'avgStrokeDistance', 'avgSwolf', 'activeLengths', 'poolLength', 'avgStrideLength', 'avgGroundContactTime'],
  ...['avgVerticalOscillation', 'avgVerticalRatio', 'avgPower', 'maxPower', 'normPower', 'max20MinPower', 'trainingStressScore'],
  ...['intensityFactor', 'isRunPowerWindDataEnabled', 'runPowerWindDataEnabled', 'minTemperature', 'maxTemperature'],
  ...['avgRespirationRate', 'minRespirationRate', 'maxRespirationRate', 'avgStress', 'maxStress', 'startStress', 'endStress'],
  ...['differenceStress', 'differenceBodyBattery', 'activityTrainingLoad', 'aerobicTrainingEffect', 'anaerobicTrainingEffect'],
  ...['aerobicTrainingEffectMessage', 'anaerobicTrainingEffectMessage', 'trainingEffectLabel', 'vO2MaxValue', 'workoutFeel', 'workoutRpe'],
  ...['moderateIntensityMinutes', 'vigorousIntensityMinutes', 'activeSets', 'totalSets', 'totalReps', 'summarizedExerciseSets'],
  ...['summarizedDiveInfo', 'splits', 'splitSummaries', 'minLatitude', 'maxLatitude', 'minLongitude', 'maxLongitude'],
  ...['startLatitude', 'startLongitude', 'endLatitude', 'endLongitude'],
  ...Array.from({ length: 8 }, (_, zone) => [`hrTimeInZone_${zone}`, `powerTimeInZone_${zone}`]).flat(),
]);

/** Fields of entries as public code knows them from exports; any other is reported as drift. */
const known: Readonly<Record<GarminRole, ReadonlySet<string>>> = {
  activity,
  'activity-list': activity,
  sleep: new Set([
    ...OWNER,
    ...['sleepStartTimestampGMT', 'sleepEndTimestampGMT', 'sleepStartTimestampLocal', 'sleepEndTimestampLocal', 'calendarDate'],
    ...['sleepWindowConfirmationType', 'validation', 'retro', 'deepSleepSeconds', 'lightSleepSeconds', 'remSleepSeconds'],
    ...['awakeSleepSeconds', 'unmeasurableSeconds', 'averageRespiration', 'lowestRespiration', 'highestRespiration', 'awakeCount'],
    ...['avgSleepStress', 'restlessMomentCount', 'sleepScores', 'spo2SleepSummary', 'napList', 'breathingDisruptionSeverity'],
  ]),
  day: new Set([
    ...OWNER,
    ...['calendarDate', 'wellnessStartTimeGmt', 'wellnessStartTimeLocal', 'wellnessEndTimeGmt', 'wellnessEndTimeLocal', 'source'],
    ...['durationInMilliseconds', 'totalKilocalories', 'activeKilocalories', 'bmrKilocalories', 'wellnessKilocalories'],
    ...['wellnessTotalKilocalories', 'wellnessActiveKilocalories', 'remainingKilocalories', 'restingCaloriesFromActivity'],
    ...['netCalorieGoal', 'consumedKilocalories', 'totalSteps', 'dailyStepGoal', 'totalDistanceMeters', 'wellnessDistanceMeters'],
    ...['highlyActiveSeconds', 'activeSeconds', 'moderateIntensityMinutes', 'vigorousIntensityMinutes', 'isVigorousDay'],
    ...['userIntensityMinutesGoal', 'floorsAscendedInMeters', 'floorsDescendedInMeters', 'userFloorsAscendedGoal', 'minHeartRate'],
    ...['maxHeartRate', 'minAvgHeartRate', 'maxAvgHeartRate', 'restingHeartRate', 'currentDayRestingHeartRate'],
    ...['restingHeartRateTimestamp', 'abnormalHeartRateAlertsCount', 'includesWellnessData', 'includesActivityData'],
    ...['includesCalorieConsumedData', 'includesSingleMeasurement', 'includesContinuousMeasurement', 'includesAllDayPulseOx'],
    ...['includesSleepPulseOx', 'averageMonitoringEnvironmentAltitude', 'averageSpo2Value', 'lowestSpo2Value', 'latestSpo2Value'],
    ...['latestSpo2ValueReadingTimeGmt', 'latestSpo2ValueReadingTimeLocal', 'allDayStress', 'bodyBattery', 'respiration', 'hydration'],
    ...['jetLagDay'],
  ]),
  health: new Set([...OWNER, 'calendarDate', 'createTimestampUTC', 'updateTimestampUTC', 'timestamp', 'outliersCount', 'metrics']),
  body: new Set([
    ...OWNER,
    ...['metaData', 'weight', 'height', 'vo2MaxRunning', 'vo2MaxCycling', 'lactateThresholdHeartRate', 'lactateThresholdSpeed'],
    ...['functionalThresholdPower', 'activityClass', 'gender', 'birthDate'],
  ]),
  hydration: new Set([
    ...OWNER,
    ...['calendarDate', 'persistedTimestampGMT', 'timestampLocal', 'hydrationSource', 'valueInML', 'activityId', 'capped'],
    ...['estimatedSweatLossInML', 'measuredSweatLossInML', 'duration'],
  ]),
  'blood-pressure': new Set([...OWNER, 'metaData', 'bloodPressure']),
  snapshot: new Set([
    ...OWNER,
    ...['metaData', 'calendarDate', 'rulePK', 'activityName', 'wellnessActivityType', 'startTimestampGMT', 'endTimestampGMT'],
    ...['startTimestampLocal', 'endTimestampLocal', 'createDate', 'updateDate', 'snapshotTimeOfDayType', 'summaryTypeDataList'],
    ...['timeInZoneList'],
  ]),
  'vo2-max': new Set([
    ...OWNER,
    ...['calendarDate', 'updateTimestamp', 'sport', 'subSport', 'vo2MaxValue', 'maxMet', 'maxMetCategory', 'calibratedData'],
    ...['fitnessAge', 'fitnessAgeDescription'],
  ]),
};

export function knownFields(role: GarminRole): ReadonlySet<string> {
  return known[role];
}

/** What fields that matter most may be. */
const types: Readonly<Partial<Record<GarminRole, Types>>> = {
  sleep: { deepSleepSeconds: 'number', lightSleepSeconds: 'number', remSleepSeconds: 'number', sleepScores: 'object', napList: 'array' },
  day: { totalSteps: 'number', restingHeartRate: 'number', allDayStress: 'object', bodyBattery: 'object', respiration: 'object' },
  health: { metrics: 'array' },
  activity: { duration: 'number', distance: 'number', calories: 'number', activityType: 'string' },
  body: { weight: 'object', metaData: 'object' },
  hydration: { valueInML: 'number' },
  'blood-pressure': { bloodPressure: 'object' },
  snapshot: { summaryTypeDataList: 'array' },
  'vo2-max': { vo2MaxValue: 'number' },
};

export function fieldTypes(role: GarminRole): Types {
  return types[role === 'activity-list' ? 'activity' : role] ?? {};
}
