import { cutText } from './cut-text.ts';
import type { Measure } from './measure.ts';

/** One text of several that tell alerts together. */
export interface MessagePart<Alert> {
  readonly text: string;
  /** How many more alerts are told once this is delivered; 0 for all but the last part of one long alert. */
  readonly alerts: number;
  /** The alerts it speaks of: those that are told with it, or the long one of which it is a part. */
  readonly about: readonly Alert[];
}

/** What to split, and how. */
export interface SplitOptions<Alert> {
  readonly alerts: readonly Alert[];
  /** Most that one text may measure. */
  readonly limit: number;
  readonly measure: Measure;
  /** The text over some of the alerts. */
  readonly render: (alerts: readonly Alert[]) => string;
  /** Whether an error of `render` says that fewer alerts at once might go; none does when absent. */
  readonly isTooMuch?: (error: unknown) => boolean;
  /** Takes a text apart that is too long although it tells a single alert; `cutText` when absent. */
  readonly cut?: (text: string, limit: number, measure: Measure) => string[];
}

/**
 * The texts that tell the alerts, in order, each within the limit. No alert is dropped and none is told twice: one that
 * is too long by itself is spread over parts that follow each other. Alerts that the template says nothing about are
 * counted with a neighbour; when it says nothing about any there is no text at all.
 *
 * Takes linear time where upstream's takes quadratic: each alert is rendered once to see how long it is and once more
 * within its message. What stands before, between and after alerts is learned from the first two; where a template does
 * not keep to that, a message that turned out too long, or too much to be rendered, is halved.
 */
export function splitMessages<Alert>(options: SplitOptions<Alert>): MessagePart<Alert>[] {
  const { alerts, limit, measure, render, isTooMuch, cut = cutText } = options;
  const parts = new PartList<Alert>();
  const [first] = alerts;
  if (first === undefined) return [];
  const together = (group: readonly Alert[]): string | undefined => {
    try {
      return render(group);
    } catch (error) {
      if (isTooMuch?.(error)) return undefined;
      throw error;
    }
  };
  const fits = (text: string | undefined): text is string => text !== undefined && measure(text) <= limit;
  const firstText = render([first]);

  // Most notices fit as they are; that is worth a try when the first alert does not speak against it.
  if (alerts.length > 1 && measure(firstText) * alerts.length <= 2 * limit) {
    const text = together(alerts);
    if (fits(text)) {
      parts.add(text, alerts);
      return parts.finish();
    }
  }

  const texts = [firstText, ...alerts.slice(1).map((alert) => render([alert]))];
  const tell = (from: number, to: number): void => {
    const group = alerts.slice(from, to);
    const single = group.length === 1 ? texts[from] : undefined;
    const text = single ?? together(group);
    if (fits(text)) {
      parts.add(text, group);
    } else if (single !== undefined) {
      parts.addLong(cut(single, limit, measure), group);
    } else {
      const middle = (from + to) >> 1;
      tell(from, middle);
      tell(middle, to);
    }
  };
  const sizes = texts.map(measure);
  const [one = 0, two = 0] = sizes;
  const pair = alerts.length > 1 ? together(alerts.slice(0, 2)) : undefined;
  const shared = pair === undefined ? 0 : one + two - measure(pair);
  for (const [from, to] of packed(sizes, shared, limit)) tell(from, to);
  return parts.finish();
}

/**
 * Which neighbours go together: from one index up to but without another. `shared` is how much less two texts measure
 * as one; it is negative where more is put between alerts than around them.
 */
function* packed(sizes: readonly number[], shared: number, limit: number): Generator<[number, number]> {
  let from = 0;
  let size = 0;
  for (const [index, alone] of sizes.entries()) {
    const grown = index === from ? alone : size + alone - shared;
    if (index === from || grown <= limit) {
      size = grown;
      continue;
    }
    yield [from, index];
    from = index;
    size = alone;
  }
  yield [from, sizes.length];
}

/** Collects parts; alerts without a text wait for the next one that has some. */
class PartList<Alert> {
  readonly #parts: MessagePart<Alert>[] = [];
  #silent: readonly Alert[] = [];

  add(text: string, alerts: readonly Alert[]): void {
    const about = [...this.#silent, ...alerts];
    if (text.trim() === '') {
      this.#silent = about;
      return;
    }
    this.#silent = [];
    this.#parts.push({ text, alerts: about.length, about });
  }

  addLong(pieces: readonly string[], alerts: readonly Alert[]): void {
    const texts = pieces.filter((piece) => piece.trim() !== '');
    for (const text of texts.slice(0, -1)) this.#parts.push({ text, alerts: 0, about: alerts });
    this.add(texts.at(-1) ?? '', alerts);
  }

  finish(): MessagePart<Alert>[] {
    const last = this.#parts.pop();
    if (!last) return [];
    const about = [...last.about, ...this.#silent];
    return [...this.#parts, { text: last.text, alerts: about.length, about }];
  }
}
