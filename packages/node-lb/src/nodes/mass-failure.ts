/** Many nodes that look unwell at once. */
export interface MassFailure {
  readonly unwell: number;
  readonly of: number;
}

/**
 * Whether so many nodes look unwell at once that the fault is likely elsewhere, in the network or the API server, and
 * moving Services would only shuffle them: `percent` or more of `of` nodes, and never a single one. So of one node and
 * of two, one may fail and what is there moves (if there is a better place); of three, one may, and two fail together
 * only for such a reason; of four, two already do at 50 per cent.
 */
export function massFailureOf(unwell: number, of: number, percent: number): MassFailure | undefined {
  return unwell >= 2 && unwell * 100 >= of * percent ? { unwell, of } : undefined;
}
