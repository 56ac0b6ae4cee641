const units: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};
const words: [RegExp, string][] = [
  [/^nano/, 'ns'],
  [/^micro/, 'us'],
  [/^milli/, 'ms'],
  [/^sec/, 's'],
  [/^min/, 'm'],
  [/^(hr|hour)/, 'h'],
  [/^day/, 'd'],
  [/^(wk|week)/, 'w'],
];

/** Nanoseconds of a duration in Go's form (`1h30m`) or in words (`2 hours`); undefined when it is none. */
export function parseDuration(text: string): bigint | undefined {
  const sign = text.startsWith('-') ? -1n : 1n;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0n;
  let total = 0n;
  let found = false;
  for (const [, whole = '', fraction = '', unit = ''] of body.matchAll(
    /(\d*)(?:\.(\d*))?\s*([A-Za-zµμ]+)/g,
  )) {
    const lower = unit.toLowerCase();
    const size = units[lower] ?? units[words.find(([word]) => word.test(lower))?.[1] ?? ''];
    if (size === undefined || (whole === '' && fraction === '')) return undefined;
    total += BigInt(whole || '0') * size;
    if (fraction) total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
    found = true;
  }
  return found ? sign * total : undefined;
}
