import { pino, type Logger } from 'pino';

/** The process's logger: JSON lines on standard error, where a collector or a supervising `up` reads them. */
export function createLogger(level: string, role: string): Logger {
  return pino(
    { level, base: { role }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}

const names: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warning', 50: 'error', 60: 'fatal' };

/** A log line as a person reads it: pino's JSON becomes words, anything else stays as it is. */
export function readableLine(role: string, line: string): string {
  if (!line.startsWith('{')) return `${role}: ${line}`;
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return `${role}: ${line}`;
  }
  const { level, time: _time, role: _role, msg, err, ...rest } = entry;
  const facts = Object.entries(rest).map(([k, v]) => `${k}=${typeof v === 'string' ? v : JSON.stringify(v)}`);
  const cause = (err as { message?: string } | undefined)?.message;
  const words = [typeof msg === 'string' ? msg : '', ...(cause ? [cause] : [])].join(': ');
  return `${role}: ${names[Number(level)] ?? 'info'}: ${words}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}
