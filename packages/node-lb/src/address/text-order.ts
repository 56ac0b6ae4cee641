/** The order of two texts by their code units, which is the same everywhere: what people's languages say does not count. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
