/** Fields of values with their name and unit here; every other one keeps its name in snake case. */
export const fields: Readonly<Record<string, readonly [name: string, unit: string]>> = {
  bloodVolumePulse: ['bvp', '1'],
  electroDermalActivity: ['eda', 'uS'],
  interBeatInterval: ['ibi', 's'],
  temperature: ['temperature', 'Cel'],
  heartRate: ['heart_rate', '/min'],
  restingHeartRate: ['resting_heart_rate', '/min'],
  steps: ['steps', '1'],
  light: ['light', 'lx'],
  duration: ['duration', 's'],
  timeInterval: ['interval', 's'],
  batteryLevel: ['battery_level', '1'],
  latitude: ['latitude', 'deg'],
  longitude: ['longitude', 'deg'],
  altitude: ['altitude', 'm'],
  accuracy: ['accuracy', 'm'],
  speed: ['speed', 'm/s'],
  bearing: ['bearing', 'deg'],
  distance: ['distance', 'm'],
  calories: ['energy', 'kcal'],
  spo2Value: ['oxygen_saturation', '%'],
  respiration: ['respiratory_rate', '/min'],
};

/** What a topic is about, where it is more than a measurement. */
export function eventOf(topic: string): 'sleep' | 'screen' | 'call' | 'workout' | 'other' {
  if (/sleep/.test(topic)) return 'sleep';
  if (/user_interaction/.test(topic)) return 'screen';
  if (/phone_call/.test(topic)) return 'call';
  return /activity_log|activities|workout/.test(topic) ? 'workout' : 'other';
}

/** Topics of the app's own running, of near devices, and of words typed or said to others. */
export function isLeftOut(topic: string): boolean {
  return /application_(?:server_status|record_counts|uptime|external_time|device_info)|bluetooth|wifi|contacts|time_zone|notification/.test(
    topic,
  );
}

/** The fields of acceleration and turning, per topic. */
export function axisUnit(topic: string): string {
  if (/acceleration/.test(topic)) return '[g]';
  if (/gyroscope/.test(topic)) return 'rad/s';
  return /magnetic/.test(topic) ? 'uT' : '1';
}
