import { among, fields, instant, interval, type RuleTable, unit } from './rule.ts';

/** Schemas of what is measured on a body, from calories to heart rate. */
export const moreBodyRules: RuleTable = {
  'calories-burned-1.0': fields({
    'kcal_burned!': 'kcal-unit-value-1.0',
    effective_time_frame: 'time-frame-1.0',
    activity_name: 'activity-name-1.0',
  }),
  'calories-burned-2.0': fields({
    'kcal_burned!': 'kcal-unit-value-1.0',
    activity_name: 'activity-name-1.0',
    'effective_time_frame!': interval,
    descriptive_statistic: 'descriptive-statistic-1.2',
    descriptive_statistic_denominator: { any: ['descriptive-statistic-denominator-1.1', 'string'] },
  }),
  'diastolic-blood-pressure-1.0': unit('mmHg'),
  'diastolic-blood-pressure-1.1': unit('mmHg'),
  'expiratory-time-1.0': fields({
    'expiratory_time!': { all: ['duration-unit-value-1.0', fields({ unit: among('sec') })] },
    effective_time_frame: 'time-frame-1.0',
    descriptive_statistic: 'descriptive-statistic-1.2',
    temporal_relationship_to_physical_activity: 'temporal-relationship-to-physical-activity-1.0',
  }),
  'geoposition-1.0': fields({
    'latitude!': 'plane-angle-unit-value-1.0',
    'longitude!': 'plane-angle-unit-value-1.0',
    elevation: { all: ['length-unit-value-1.0', fields({ unit: among('m|ft') })] },
    'effective_time_frame!': instant,
    number_of_satellites_in_view: 'integer',
    satellite_signal_strengths: { list: { all: ['unit-value-1.0', fields({ value: 'integer', unit: among('dB') })] } },
    number_of_satellites_in_fix: 'integer',
    positioning_system: among('GPS|GLONASS|Galileo|Beidou|COMPASS|IRNSS|QZSS'),
  }),
  'heart-rate-1.0': fields({
    'heart_rate!': unit('beats/min'),
    effective_time_frame: 'time-frame-1.0',
    descriptive_statistic: 'descriptive-statistic-1.2',
    temporal_relationship_to_physical_activity: 'temporal-relationship-to-physical-activity-1.0',
    user_notes: 'string',
  }),
  'heart-rate-1.1': fields({
    'heart_rate!': unit('beats/min'),
    effective_time_frame: 'time-frame-1.0',
    descriptive_statistic: 'descriptive-statistic-1.2',
    temporal_relationship_to_physical_activity: 'temporal-relationship-to-physical-activity-1.0',
    temporal_relationship_to_sleep: 'temporal-relationship-to-sleep-1.0',
    user_notes: 'string',
  }),
  'heart-rate-2.0': fields({
    'heart_rate!': unit('beats/min'),
    'effective_time_frame!': 'time-frame-1.0',
    descriptive_statistic: 'descriptive-statistic-1.2',
    temporal_relationship_to_physical_activity: 'temporal-relationship-to-physical-activity-1.0',
    temporal_relationship_to_sleep: 'temporal-relationship-to-sleep-1.0',
  }),
};
