import { objectOf, objectsOf, textOf, wholeOf } from '../json-shape.ts';
import { decodeHtml } from '../html-text.ts';

/** What is wrong with a pipeline. */
export interface PipelineFinding {
  readonly message: string;
  /** In the text, counted from 1; when the server tells. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** In the JSON, the keys on the way to the fault, such as `['pipeline', 'stages', '0']`; when the server tells. */
  readonly location: readonly string[] | undefined;
}

/** Reads `data.errors` of the converter, which writes the position at the end of its sentences. */
export function readConverterErrors(errors: unknown): readonly PipelineFinding[] {
  return objectsOf(errors).map((entry) => {
    const said = (Array.isArray(entry['error']) ? entry['error'].join('; ') : textOf(entry['error'])) ?? '';
    const at = /\s*@ line (\d+), column (\d+)\.?\s*$/u.exec(said);
    const { location } = entry;
    return {
      message: at ? said.slice(0, at.index) : said,
      line: at ? Number(at[1]) : undefined,
      column: at ? Number(at[2]) : undefined,
      location: Array.isArray(location) ? location.map(String) : undefined,
    };
  });
}

/** Reads the answer of `checkScriptCompile`: one object when all is well, a list when it is not. */
export function readCompileStatus(json: unknown): readonly PipelineFinding[] | undefined {
  if (objectOf(json)?.['status'] === 'success') return [];
  if (!Array.isArray(json)) return undefined;
  return objectsOf(json)
    .filter((entry) => entry['status'] !== 'success')
    .map((entry) => ({
      message: textOf(entry['message'])?.trim() ?? '',
      line: wholeOf(entry['line']),
      column: wholeOf(entry['column']),
      location: undefined,
    }));
}

/** What Jenkins says about a schedule: when it runs, what is unwise in it, or why it cannot be read. */
export interface CronRemark {
  readonly kind: 'ok' | 'warning' | 'error';
  readonly message: string;
}

/** Reads a form validation: elements of the classes `ok`, `warning` and `error`, with a stack trace after some. */
export function readFormValidation(html: string): readonly CronRemark[] {
  // Taken apart first, so that a page without ends of elements takes no longer than another.
  return html.split('<div class=').flatMap((part) => {
    const [, kind, content = ''] = /^["']?(ok|warning|error)["']?>([\s\S]*?)<\/div>/u.exec(part) ?? [];
    const message = decodeHtml(content.replaceAll(/<[^<>]*>/gu, ' ')).trim();
    return kind === undefined ? [] : [{ kind: kind as CronRemark['kind'], message }];
  });
}
