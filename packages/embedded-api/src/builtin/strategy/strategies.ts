import type { Strategy } from '../../served-resource.ts';

const particular: Record<string, Strategy> = {};

/** What is particular to a built-in kind; an empty strategy for kinds that are stored as they come. */
export const strategyOf = (group: string, kind: string): Strategy => particular[`${kind}.${group}`] ?? {};
