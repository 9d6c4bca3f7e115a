/** Whose frame it is and when it was sent. A frame that does not say is nobody's: the empty account. */
export function headOf(frame: string): { did: string; timeUs: number } {
  try {
    const { did, time_us: timeUs } = JSON.parse(frame) as { did?: unknown; time_us?: unknown };
    if (typeof did === 'string' && typeof timeUs === 'number' && Number.isSafeInteger(timeUs)) return { did, timeUs };
  } catch {
    // Not JSON: nobody's.
  }
  return { did: '', timeUs: 0 };
}
