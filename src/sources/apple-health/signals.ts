/** Types of the Health app whose name here is not simply theirs in snake case. */
const renamed: Readonly<Record<string, string>> = {
  HKQuantityTypeIdentifierStepCount: 'steps',
  HKQuantityTypeIdentifierHeartRateVariabilitySDNN: 'hrv_sdnn',
  HKQuantityTypeIdentifierHeartRateVariabilityRMSSD: 'hrv_rmssd',
  HKQuantityTypeIdentifierVO2Max: 'vo2_max',
  HKQuantityTypeIdentifierActiveEnergyBurned: 'active_energy',
  HKQuantityTypeIdentifierBasalEnergyBurned: 'basal_energy',
  HKQuantityTypeIdentifierAppleExerciseTime: 'exercise_time',
  HKQuantityTypeIdentifierAppleStandTime: 'stand_time',
  HKQuantityTypeIdentifierAppleMoveTime: 'move_time',
};

/** Types of measurements known when this was written; any other is reported as drift and still read. */
const known: ReadonlySet<string> = new Set([
  ...Object.keys(renamed),
  ...[
    ...['HeartRate', 'RestingHeartRate', 'WalkingHeartRateAverage', 'HeartRateRecoveryOneMinute', 'AtrialFibrillationBurden'],
    ...['OxygenSaturation', 'RespiratoryRate', 'BodyTemperature', 'AppleSleepingWristTemperature', 'BloodGlucose'],
    ...['BloodPressureSystolic', 'BloodPressureDiastolic', 'BodyMass', 'BodyMassIndex', 'BodyFatPercentage', 'LeanBodyMass', 'Height'],
    ...['WaistCircumference', 'FlightsClimbed', 'DistanceWalkingRunning', 'DistanceCycling', 'DistanceSwimming', 'DistanceWheelchair'],
    ...['SwimmingStrokeCount', 'PushCount', 'WalkingSpeed', 'WalkingStepLength', 'WalkingAsymmetryPercentage', 'AppleWalkingSteadiness'],
    ...['WalkingDoubleSupportPercentage', 'SixMinuteWalkTestDistance', 'StairAscentSpeed', 'StairDescentSpeed', 'RunningSpeed'],
    ...['RunningPower', 'RunningStrideLength', 'RunningVerticalOscillation', 'RunningGroundContactTime', 'PhysicalEffort'],
    ...['EnvironmentalAudioExposure', 'HeadphoneAudioExposure', 'TimeInDaylight', 'UVExposure', 'ElectrodermalActivity'],
    ...['AppleSleepingBreathingDisturbances', 'WorkoutEffortScore', 'EstimatedWorkoutEffortScore', 'DietaryWater', 'DietaryCaffeine'],
    ...['DietaryEnergyConsumed', 'NumberOfTimesFallen', 'NumberOfAlcoholicBeverages', 'InhalerUsage', 'PeripheralPerfusionIndex'],
  ].map((name) => `HKQuantityTypeIdentifier${name}`),
]);

const PREFIX = /^HK(?:Quantity|Category|Data)Type(?:Identifier)?|^HKWorkoutActivityType|^HKCategoryValue(?:SleepAnalysis)?/;
const MAX_NAME = 100;

export function isKnownQuantity(type: string): boolean {
  return known.has(type);
}

const names = new Map<string, string>();
const REMEMBERED = 1000;

/** Our name of a type: without its prefix, in snake case. */
export function signalName(type: string): string {
  let name = names.get(type);
  if (name === undefined) {
    name = Object.hasOwn(renamed, type) ? (renamed[type] as string) : snakeCase(type.replace(PREFIX, ''));
    if (names.size < REMEMBERED) names.set(type, name);
  }
  return name;
}

function snakeCase(text: string): string {
  const snake = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return snake.toLowerCase().slice(0, MAX_NAME) || 'unnamed';
}
