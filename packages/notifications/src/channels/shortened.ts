import { cutText } from '../splitting/cut-text.ts';
import type { Measure } from '../splitting/measure.ts';

/** A title in one line, cut to the limit with an ellipsis: what is lost is in the text too. */
export function shortened(text: string, limit: number, measure: Measure): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  if (measure(line) <= limit) return line;
  const [beginning = ''] = cutText(line, limit - measure('…'), measure);
  return `${beginning}…`;
}
