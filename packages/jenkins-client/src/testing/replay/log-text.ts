// oxlint-disable-next-line no-control-regex -- console notes begin and end with escape sequences
const NOTE = /\u001B\[8mha:[^\u001B]*\u001B\[0m/g;

/** A log without its console notes and with plain line ends: what of it does not depend on the server's keys. */
export function logText(log: string): string {
  return log.replaceAll(NOTE, '').replaceAll('\r\n', '\n');
}
