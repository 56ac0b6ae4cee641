/** A time as Blue Ocean writes it: `2026-01-31T10:00:00.000+0000`; null for none. */
export function blueTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().replace('Z', '+0000');
}
