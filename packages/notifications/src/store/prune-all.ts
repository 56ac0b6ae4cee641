/** Removes what is done in short steps, between which others get their turn. Each method returns the rows it removed. */
export interface PruningSteps {
  deliveries(state: 'delivered' | 'dead', before: number): Promise<number>;
  /** Looks at some alerts after the one numbered `from`; `next` is where to go on, absent at the end. */
  alerts(from: number, before: number): Promise<{ removed: number; next?: number }>;
}

/** Step by step, until nothing is left that is done and old. Returns how many rows went. */
export async function pruneAll(steps: PruningSteps, doneBefore: number, deadBefore: number): Promise<number> {
  let total = 0;
  const ends = [
    ['delivered', doneBefore],
    ['dead', deadBefore],
  ] as const;
  for (const [state, before] of ends) {
    for (let removed = 1; removed > 0; total += removed) removed = await steps.deliveries(state, before);
  }
  let next: number | undefined = 0;
  while (next !== undefined) {
    const step: { removed: number; next?: number } = await steps.alerts(next, doneBefore);
    total += step.removed;
    next = step.next;
  }
  return total;
}
