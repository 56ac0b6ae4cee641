/** Prints one machine-readable object on standard output, one per line. */
export function printEvent(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Prints words for the person at the terminal on standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
