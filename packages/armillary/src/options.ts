import { InvalidArgumentError, Option } from 'commander';

/** Parses a TCP port; 0 means that the system picks a free one. */
export function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) {
    throw new InvalidArgumentError('a port is a whole number from 0 (pick a free one) to 65535.');
  }
  return value;
}

/** Parses a whole number from 1. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('it is a whole number from 1.');
  return Number(text);
}

/** Parses a duration such as `90s`, `10m` or `2h` into milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (!match) throw new InvalidArgumentError('a duration is a number and a unit: 90s, 10m, 2h.');
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
  return Number(match[1]) * unit;
}

/** `--data DIR`, shared by every command that keeps state. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'folder that holds all data').default('.armillary');
}

/** `--output json|text`: JSON puts one object per line on standard output; words go to standard error either way. */
export function outputOption(): Option {
  return new Option('--output <format>', 'what to print on standard output')
    .choices(['text', 'json'])
    .default('text');
}

/** `--log-level`: logs are JSON lines on standard error. */
export function logLevelOption(defaultLevel: string): Option {
  return new Option('--log-level <level>', 'least important log line to write')
    .choices(['debug', 'info', 'warn', 'error'])
    .default(defaultLevel);
}

/** Adds one repeated `-p name=value` to the parameters seen so far. */
export function parameter(text: string, seen: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('a parameter is written name=value.');
  return { ...seen, [text.slice(0, at)]: text.slice(at + 1) };
}
