/** A stage or a branch of a parallel as Blue Ocean describes it. */
export interface BlueNode {
  readonly id: string;
}

export function boundedNodes(nodes: readonly BlueNode[]): string {
  return JSON.stringify(nodes);
}
