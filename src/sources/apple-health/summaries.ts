import type { Event } from '../../../schema/records.ts';
import type { Attributes, HealthElement } from './element.ts';
import { bad, type Fate, idOf, numberOf, type Reading, spanOf } from './fate.ts';
import { convert } from './records.ts';
import { signalName } from './signals.ts';

type Values = Event['values'];
type Total = readonly [name: string, attribute: string, unit: string];

const WORKOUT_TOTALS: readonly Total[] = [
  ['duration', 'duration', 'durationUnit'],
  ['distance', 'totalDistance', 'totalDistanceUnit'],
  ['active_energy', 'totalEnergyBurned', 'totalEnergyBurnedUnit'],
  ['flights_climbed', 'totalFlightsClimbed', 'totalFlightsClimbedUnit'],
  ['swimming_stroke_count', 'totalSwimmingStrokeCount', 'totalSwimmingStrokeCountUnit'],
];
const STATISTICS = ['sum', 'average', 'minimum', 'maximum'];

/** A `Workout`: its kind, its totals, and the statistics that recent exports give in their stead. Routes are not read. */
export function workoutFate(element: HealthElement, reading: Reading): Fate {
  const { attributes } = element;
  const span = spanOf(attributes, reading, zoneIn(element));
  if ('fault' in span) return span.fault;
  const { start, end, device } = span;
  const activity = attributes.workoutActivityType ?? '';
  const values: Values = { activity: { value: signalName(activity), unit: '1' } };
  for (const [name, attribute, unit] of WORKOUT_TOTALS) addValue(values, name, attributes[attribute], attributes[unit], reading);
  for (const { name, attributes: statistics } of element.inner) {
    if (name !== 'WorkoutStatistics' || statistics.type === undefined) continue;
    for (const kind of STATISTICS) addValue(values, `${signalName(statistics.type)}_${kind}`, statistics[kind], statistics.unit, reading);
  }
  const version = reading.moments.read(attributes.creationDate)?.utc ?? null;
  const id = idOf('workout', activity, start.utc, end.utc, device);
  return { is: 'record', record: { type: 'event', id, event: 'workout', time: start, end, values, device, version } };
}

// The units of the other rings are not written in the export: minutes, and hours in which one stood.
const RINGS: readonly Total[] = [
  ['exercise_time', 'appleExerciseTime', 'min'],
  ['exercise_time_goal', 'appleExerciseTimeGoal', 'min'],
  ['move_time', 'appleMoveTime', 'min'],
  ['move_time_goal', 'appleMoveTimeGoal', 'min'],
  ['stand_hours', 'appleStandHours', 'hr'],
  ['stand_hours_goal', 'appleStandHoursGoal', 'hr'],
];

/** An `ActivitySummary`: the rings of a day. */
export function summaryFate(attributes: Attributes, reading: Reading): Fate {
  const time = reading.moments.ofDay(attributes.dateComponents);
  if (time === null) return bad('no-time', 'time', null);
  if (reading.moments.isFuture(time)) return bad('future-time', 'time', null);
  const values: Values = {};
  const energyUnit = attributes.activeEnergyBurnedUnit ?? 'kcal';
  addValue(values, 'active_energy', attributes.activeEnergyBurned, energyUnit, reading);
  addValue(values, 'active_energy_goal', attributes.activeEnergyBurnedGoal, energyUnit, reading);
  for (const [name, attribute, unit] of RINGS) addValue(values, name, attributes[attribute], unit, reading);
  const id = `summary ${time.day}`;
  const { exported } = reading.moments;
  return { is: 'record', record: { type: 'event', id, event: 'summary', time, end: null, values, device: null, version: null }, exported };
}

function zoneIn({ inner }: HealthElement): string | undefined {
  return inner.find(({ name, attributes }) => name === 'MetadataEntry' && attributes.key === 'HKTimeZone')?.attributes.value;
}

/** A value that is no number is left out: an event has others. */
function addValue(values: Values, name: string, written: string | undefined, unit: string | undefined, reading: Reading): void {
  const value = numberOf(written);
  if (Number.isNaN(value)) return;
  const converted = convert(value, unit, reading);
  if (!Number.isFinite(converted.value)) return;
  values[name] = converted.value === value || unit === undefined ? converted : { ...converted, original: { value, unit } };
}
