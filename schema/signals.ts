/**
 * Names of signals that kinds give by their own tables. Others come about too: a type that is new to a vendor, or what a study's own app
 * measures, is stored under the name that it has.
 */
export const signalNames: readonly string[] = [
  ...['acc', 'bvp', 'eda', 'temp', 'hr', 'ibi', 'light', 'pressure', 'acceleration', 'gyroscope', 'brain_waves', 'ambient_sound'],
  ...['heart_rate', 'heart_rate_minimum', 'heart_rate_maximum', 'resting_heart_rate', 'walking_heart_rate_average'],
  ...['heart_rate_recovery_one_minute', 'hrv_rmssd', 'hrv_sdnn', 'atrial_fibrillation_burden', 'respiratory_rate'],
  ...['oxygen_saturation', 'oxygen_variation', 'peripheral_perfusion_index', 'blood_glucose'],
  ...['blood_pressure_systolic', 'blood_pressure_diastolic', 'systolic_blood_pressure', 'diastolic_blood_pressure'],
  ...['temperature', 'ambient_temperature', 'body_temperature', 'basal_body_temperature', 'skin_temperature', 'skin_temperature_delta'],
  ...['skin_temperature_deviation', 'apple_sleeping_wrist_temperature', 'electrodermal_activity', 'stress_score', 'stress_level_value'],
  ...['body_mass', 'body_mass_index', 'body_fat_percentage', 'body_water_mass', 'bone_mass', 'lean_body_mass', 'height'],
  ...['waist_circumference', 'grip_strength', 'vo2_max', 'metabolic_equivalent', 'movement_level', 'physical_effort'],
  ...['steps', 'steps_daily', 'cadence', 'cycling_cadence', 'push_count', 'swim_lengths', 'swimming_stroke_count', 'flights_climbed'],
  ...['floors', 'elevation_gain', 'altitude', 'speed', 'power', 'distance', 'distance_walking_running', 'distance_cycling'],
  ...['distance_swimming', 'distance_wheelchair', 'energy', 'active_energy', 'basal_energy', 'calories_burned', 'energy_in_zone'],
  ...['active_time', 'sedentary_time', 'lightly_active_time', 'moderately_active_time', 'very_active_time', 'exercise_time'],
  ...['stand_time', 'move_time', 'time_in_daylight', 'active_zone_minutes', 'heart_minutes', 'time_in_heart_rate_zones'],
  ...['active_zone_minutes_cardio', 'active_zone_minutes_fat_burn', 'active_zone_minutes_peak', 'minutes_moderate_activity'],
  ...['walking_speed', 'walking_step_length', 'walking_asymmetry_percentage', 'walking_double_support_percentage'],
  ...['apple_walking_steadiness', 'six_minute_walk_test_distance', 'stair_ascent_speed', 'stair_descent_speed', 'running_speed'],
  ...['running_power', 'running_stride_length', 'running_vertical_oscillation', 'running_ground_contact_time', 'pace'],
  ...['sleep_state', 'snoring', 'sleep_duration', 'total_sleep_time', 'apple_sleeping_breathing_disturbances'],
  ...['environmental_audio_exposure', 'headphone_audio_exposure', 'uv_exposure', 'number_of_times_fallen', 'inhaler_usage'],
  ...['number_of_alcoholic_beverages', 'dietary_water', 'dietary_caffeine', 'dietary_energy_consumed', 'workout_effort_score'],
  ...['estimated_workout_effort_score', 'inspiratory_time', 'expiratory_time', 'ventilation_cycle_time', 'minute_volume'],
  ...['breath_carbon_monoxide', 'battery_level', 'phone_off', 'off_wrist', 'charging'],
];
