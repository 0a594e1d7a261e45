/** Lengths of time as Go and kubectl write them. */

/** Milliseconds per unit of Go's time.ParseDuration. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5
  μs: 1e-3, // U+03BC
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of `text`, undefined when it is no duration. Accepts what client-go's `ParseTimeout` does
 * (tools/clientcmd/helpers.go): whole seconds, or Go's time.ParseDuration (`1h30m`, `1.5s`, `-2ms`).
 */
export function parseDuration(text: string): number | undefined {
  if (/^\+?[0-9]+$/.test(text)) return Number(text) * 1000;
  const [, sign, rest = ''] = /^([-+]?)(.+)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  let milliseconds = 0;
  for (const [, amount, unit = ''] of rest.matchAll(/([0-9.]+)([a-zµμ]+)/g)) {
    milliseconds += Number(amount) * (UNITS[unit] ?? 0);
  }
  return sign === '-' ? -milliseconds : milliseconds;
}
