import { among, fields, instant, interval, type RuleTable, unit } from './rule.ts';

const timed = { 'effective_time_frame!': 'ieee:time-frame-1.0', descriptive_statistic: 'string' } as const;

/** Schemas of IEEE 1752.1; what they share with Open mHealth's of the same name is not said twice. */
export const ieeeRules: RuleTable = {
  'ieee:unit-value-1.0': 'unit-value-1.0',
  'ieee:unit-value-range-1.0': 'unit-value-range-1.0',
  'ieee:percent-unit-value-1.0': unit('%'),
  'ieee:length-unit-value-1.0': 'length-unit-value-1.0',
  'ieee:temperature-unit-value-1.0': 'temperature-unit-value-1.0',
  'ieee:duration-unit-value-1.0': 'duration-unit-value-1.0',
  'ieee:date-time-1.0': 'date-time',
  // The parts of a day that Open mHealth allows have gone.
  'ieee:time-interval-1.0': {
    one: [
      fields({ 'start_date_time!': 'date-time', 'duration!': 'duration-unit-value-1.0' }),
      fields({ 'end_date_time!': 'date-time', 'duration!': 'duration-unit-value-1.0' }),
      fields({ 'start_date_time!': 'date-time', 'end_date_time!': 'date-time' }),
    ],
  },
  'ieee:time-frame-1.0': {
    one: [fields({ 'date_time!': 'date-time' }), fields({ 'time_interval!': 'ieee:time-interval-1.0' })],
  },
  'ieee:descriptive-statistic-1.0': 'descriptive-statistic-1.2',
  'ieee:body-posture-1.0': 'body-posture-1.0',
  'ieee:schema-id-1.0': 'schema-id-1.0',
  'ieee:header-1.0': fields({
    'uuid!': 'string',
    'schema_id!': 'schema-id-1.0',
    source_creation_date_time: 'date-time',
    modality: among('sensed', 'self-reported'),
    user_id: 'string',
  }),
  'ieee:data-point-1.0': fields({ 'header!': 'ieee:header-1.0', 'body!': 'object' }),
  'ieee:ambient-sound-1.0': fields({ 'ambient_sound!': unit('dB'), ...timed }),
  'ieee:ambient-light-1.0': fields({ 'ambient_light!': unit('lux'), ...timed }),
  'ieee:ambient-temperature-1.0': fields({ 'ambient_temperature!': 'temperature-unit-value-1.0', ...timed }),
  'ieee:physical-activity-1.0': fields({ 'activity_name!': 'string', ...timed }),
  'ieee:total-sleep-time-1.0': fields({ 'total_sleep_time!': 'duration-unit-value-1.0', ...timed }),
  'ieee:sleep-onset-latency-1.0': fields({ 'sleep_onset_latency!': 'duration-unit-value-1.0', ...timed }),
  'ieee:wake-after-sleep-onset-1.0': fields({ 'wake_after_sleep_onset!': 'duration-unit-value-1.0', ...timed }),
  'ieee:sleep-episode-1.0': fields({ 'effective_time_frame!': interval, is_main_sleep: 'boolean', number_of_awakenings: 'integer' }),
  'ieee:sleep-stage-episode-1.0': fields({ 'sleep_stage_state!': 'string', 'effective_time_frame!': interval }),
  'ieee:deep-sleep-episode-1.0': fields({ 'effective_time_frame!': interval }),
  'ieee:geoposition-1.0': fields({
    'latitude!': 'plane-angle-unit-value-1.0',
    'longitude!': 'plane-angle-unit-value-1.0',
    'effective_time_frame!': instant,
  }),
};
