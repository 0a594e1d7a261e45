/** Points in time. */

/** `milliseconds` since 1970 as RFC 3339 in UTC, whole seconds. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
