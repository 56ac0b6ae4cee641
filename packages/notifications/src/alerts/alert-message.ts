import type { Alert } from './alert.ts';

const firstOf = (alert: Pick<Alert, 'annotations'>, names: readonly string[]): string =>
  names
    .map((name) => (Object.hasOwn(alert.annotations, name) ? alert.annotations[name] : ''))
    .find(Boolean) ?? '';

/** The sentence that says what is wrong: the first of three annotations that has a text, in upstream's order. */
export const alertMessage = (alert: Pick<Alert, 'annotations'>): string =>
  firstOf(alert, ['message', 'summary', 'summaryCn']);

/** The same for readers of Chinese. */
export const alertMessageCn = (alert: Pick<Alert, 'annotations'>): string =>
  firstOf(alert, ['summaryCn', 'message', 'summary']);
