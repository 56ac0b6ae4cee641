/** Recipients of one sort, and most of them that one request may name. */
export interface RecipientList {
  readonly recipients: readonly string[] | undefined;
  readonly most: number;
}

/**
 * Recipients of several sorts, shared out over as few requests as name them all: each batch has one list per sort.
 * Who is there twice is named once, in the order of their names, so that equal lists make equal batches.
 */
export function recipientBatches(lists: readonly RecipientList[]): string[][][] {
  const sorted = lists.map(({ recipients = [] }) => [...new Set(recipients)].sort());
  const count = Math.max(0, ...lists.map(({ most }, sort) => Math.ceil((sorted[sort]?.length ?? 0) / most)));
  return Array.from({ length: count }, (_, batch) =>
    lists.map(({ most }, sort) => sorted[sort]?.slice(batch * most, (batch + 1) * most) ?? []),
  );
}

/** A batch for people, by the names of its sorts: `user wang, user li and 3 more`. */
export function shownRecipients(recipients: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.entries(recipients).flatMap(([sort, list]) => list.map((name) => `${sort} ${name}`));
  const more = names.length - shownNames;
  return names.slice(0, shownNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const shownNames = 3;
