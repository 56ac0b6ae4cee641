/** A time as `metav1.MicroTime` wants it: RFC 3339 with exactly six digits of a second. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/u, '000Z');
}

/** A time as `metav1.Time` wants it: RFC 3339 in whole seconds. */
export function secondTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/u, 'Z');
}
