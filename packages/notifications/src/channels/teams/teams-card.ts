import type { Measure } from '../../splitting/measure.ts';

/** A message as the workflow "post to a channel when a webhook request is received" and the old webhooks take it. */
export type TeamsMessage = Readonly<Record<string, unknown>>;

/**
 * A message with one Adaptive Card. Each line of the text is a block of its own: within one, Teams joins lines. Titles
 * are red while an alert fires and green when all are resolved.
 */
export function cardMessage(title: string, text: string, firing: boolean): TeamsMessage {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [...titleBlocks(title, firing), ...lineBlocks(text)],
        },
      },
    ],
  };
}

/** A message of the simplest form, for workflows that make their own card of `title` and `text`. */
export function textMessage(title: string, text: string): TeamsMessage {
  return { ...(title === '' ? {} : { title }), text };
}

/** Bytes that a text takes in a card. */
export const cardBytes: Measure = (text) => Buffer.byteLength(JSON.stringify(lineBlocks(text)));

function titleBlocks(title: string, firing: boolean): object[] {
  if (title === '') return [];
  const color = firing ? 'Attention' : 'Good';
  return [{ type: 'TextBlock', text: title, size: 'Medium', weight: 'Bolder', color, wrap: true }];
}

function lineBlocks(text: string): object[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ type: 'TextBlock', text: line, wrap: true, spacing: 'Small' }));
}
