import type { Alert } from '../../alerts/alert.ts';

/**
 * The alert with `&`, `<` and `>` of its labels and annotations written as Slack wants them (Slack, "Formatting text for
 * app surfaces"). So a label such as `<!channel>` is a text and calls nobody, while the template's own links and
 * mentions work.
 */
export function escapedForSlack(alert: Alert): Alert {
  return { ...alert, labels: escaped(alert.labels), annotations: escaped(alert.annotations) };
}

function escaped(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ]),
  );
}
