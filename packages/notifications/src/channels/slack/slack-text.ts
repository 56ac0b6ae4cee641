import type { Notice } from '../channel.ts';

/**
 * The notice with `&`, `<` and `>` of all labels and annotations written as Slack wants them (Slack, "Formatting text
 * for app surfaces"). So a label such as `<!channel>` is a text and calls nobody, while the template's own links and
 * mentions work.
 */
export function escapedForSlack(notice: Notice<'slack'>): Notice<'slack'> {
  return {
    ...notice,
    groupLabels: escaped(notice.groupLabels),
    alerts: notice.alerts.map((alert) => ({
      ...alert,
      labels: escaped(alert.labels),
      annotations: escaped(alert.annotations),
      generatorURL: escapedText(alert.generatorURL),
    })),
  };
}

function escaped(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, escapedText(value)]));
}

const escapedText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
