import { among, fields, type RuleTable } from './rule.ts';

/** What a quantity may be of in the first version; the second knows three more. */
const quantityTypes = [
  'HKQuantityTypeIdentifierBodyMassIndex|HKQuantityTypeIdentifierBodyFatPercentage|HKQuantityTypeIdentifierHeight',
  'HKQuantityTypeIdentifierBodyMass|HKQuantityTypeIdentifierLeanBodyMass|HKQuantityTypeIdentifierStepCount',
  'HKQuantityTypeIdentifierDistanceWalkingRunning|HKQuantityTypeIdentifierDistanceCycling',
  'HKQuantityTypeIdentifierBasalEnergyBurned|HKQuantityTypeIdentifierActiveEnergyBurned',
  'HKQuantityTypeIdentifierFlightsClimbed|HKQuantityTypeIdentifierNikeFuel|HKQuantityTypeIdentifierHeartRate',
  'HKQuantityTypeIdentifierBodyTemperature|HKQuantityTypeIdentifierBloodPressureSystolic',
  'HKQuantityTypeIdentifierBloodPressureDiastolic|HKQuantityTypeIdentifierRespiratoryRate',
  'HKQuantityTypeIdentifierOxygenSaturation|HKQuantityTypeIdentifierPeripheralPerfusionIndex',
  'HKQuantityTypeIdentifierBloodGlucose|HKQuantityTypeIdentifierNumberOfTimesFallen',
  'HKQuantityTypeIdentifierElectrodermalActivity|HKQuantityTypeIdentifierInhalerUsage',
  'HKQuantityTypeIdentifierBloodAlcoholContent|HKQuantityTypeIdentifierForcedVitalCapacity',
  'HKQuantityTypeIdentifierForcedExpiratoryVolume1|HKQuantityTypeIdentifierPeakExpiratoryFlowRate',
  'HKQuantityTypeIdentifierDietaryFatTotal|HKQuantityTypeIdentifierDietaryFatPolyunsaturated',
  'HKQuantityTypeIdentifierDietaryFatMonounsaturated|HKQuantityTypeIdentifierDietaryFatSaturated',
  'HKQuantityTypeIdentifierDietaryCholesterol|HKQuantityTypeIdentifierDietarySodium',
  'HKQuantityTypeIdentifierDietaryCarbohydrates|HKQuantityTypeIdentifierDietaryFiber|HKQuantityTypeIdentifierDietarySugar',
  'HKQuantityTypeIdentifierDietaryEnergyConsumed|HKQuantityTypeIdentifierDietaryProtein',
  'HKQuantityTypeIdentifierDietaryVitaminA|HKQuantityTypeIdentifierDietaryVitaminB6',
  'HKQuantityTypeIdentifierDietaryVitaminB12|HKQuantityTypeIdentifierDietaryVitaminC',
  'HKQuantityTypeIdentifierDietaryVitaminD|HKQuantityTypeIdentifierDietaryVitaminE|HKQuantityTypeIdentifierDietaryVitaminK',
  'HKQuantityTypeIdentifierDietaryCalcium|HKQuantityTypeIdentifierDietaryIron|HKQuantityTypeIdentifierDietaryThiamin',
  'HKQuantityTypeIdentifierDietaryRiboflavin|HKQuantityTypeIdentifierDietaryNiacin|HKQuantityTypeIdentifierDietaryFolate',
  'HKQuantityTypeIdentifierDietaryBiotin|HKQuantityTypeIdentifierDietaryPantothenicAcid',
  'HKQuantityTypeIdentifierDietaryPhosphorus|HKQuantityTypeIdentifierDietaryIodine',
  'HKQuantityTypeIdentifierDietaryMagnesium|HKQuantityTypeIdentifierDietaryZinc|HKQuantityTypeIdentifierDietarySelenium',
  'HKQuantityTypeIdentifierDietaryCopper|HKQuantityTypeIdentifierDietaryManganese|HKQuantityTypeIdentifierDietaryChromium',
  'HKQuantityTypeIdentifierDietaryMolybdenum|HKQuantityTypeIdentifierDietaryChloride',
  'HKQuantityTypeIdentifierDietaryPotassium|HKQuantityTypeIdentifierDietaryCaffeine',
];

/** Schemas of samples that were taken from the Health app of an iPhone. */
export const healthKitRules: RuleTable = {
  'granola:hk-blood-type-1.0': among('A+|A-|B+|B-|AB+|O+|O-'),
  'granola:hk-category-sample-1.0': fields({
    'effective_time_frame!': 'time-frame-1.0',
    'category_value!': 'string',
    'category_type!': 'granola:hk-category-type-1.1',
    metadata: 'granola:hk-metadata-1.0',
  }),
  'granola:hk-category-type-1.0': among('HKCategoryTypeIdentifierSleepAnalysis'),
  'granola:hk-category-type-1.1': among(
    'HKCategoryTypeIdentifierSleepAnalysis|HKCategoryTypeIdentifierAppleStandHour',
    'HKCategoryTypeIdentifierCervicalMucusQuality|HKCategoryTypeIdentifierOvulationTestResult',
    'HKCategoryTypeIdentifierMenstrualFlow|HKCategoryTypeIdentifierIntermenstrualBleeding',
    'HKCategoryTypeIdentifierSexualActivity',
  ),
  'granola:hk-correlation-1.0': {
    all: [
      fields({
        'correlation_type!': 'granola:hk-correlation-type-1.0',
        'effective_time_frame!': 'time-frame-1.0',
        metadata: 'granola:hk-metadata-1.0',
      }),
      {
        any: [
          fields({ 'quantity_samples!': { list: 'granola:hk-quantity-sample-1.0', atLeast: 1 } }),
          fields({ 'category_samples!': { list: 'granola:hk-category-sample-1.0', atLeast: 1 } }),
        ],
      },
    ],
  },
  'granola:hk-correlation-type-1.0': among('HKCorrelationTypeIdentifierBloodPressure|HKCorrelationTypeIdentifierFood'),
  'granola:hk-metadata-1.0': { list: fields({ 'key!': 'string', 'value!': { one: ['string', 'number', 'boolean'] } }) },
  'granola:hk-quantity-sample-1.0': {
    all: [
      fields({
        'effective_time_frame!': 'time-frame-1.0',
        'quantity_type!': 'granola:hk-quantity-type-1.1',
        metadata: 'granola:hk-metadata-1.0',
      }),
      { one: [fields({ 'unit_value!': 'unit-value-1.0' }), fields({ 'count!': 'number' })] },
    ],
  },
  'granola:hk-quantity-type-1.0': among(...quantityTypes),
  'granola:hk-quantity-type-1.1': among(
    ...quantityTypes,
    'HKQuantityTypeIdentifierDietaryWater|HKQuantityTypeIdentifierBasalBodyTemperature|HKQuantityTypeIdentifierUVExposure',
  ),
  'granola:hk-workout-1.0': {
    all: [
      'physical-activity-1.2',
      fields({
        'activity_name!': 'anything',
        'effective_time_frame!': 'time-frame-1.0',
        duration: { all: ['duration-unit-value-1.0', fields({ unit: among('sec') })] },
        kcal_burned: 'kcal-unit-value-1.0',
        metadata: 'granola:hk-metadata-1.0',
      }),
    ],
  },
};
