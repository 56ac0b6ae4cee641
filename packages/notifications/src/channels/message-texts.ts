import { TemplateError } from '@armillary/go-template';
import type { Alert } from '../alerts/alert.ts';
import type { Measure } from '../splitting/measure.ts';
import { splitMessages } from '../splitting/split-messages.ts';
import type { MessagePart } from '../splitting/split-messages.ts';
import type { ChannelContext, Notice } from './channel.ts';
import { DeliveryError } from '../delivery-error.ts';

/** How long a channel's texts may be, and what they are made with. */
export interface TextRules {
  readonly template: string;
  /** Most that one text may measure, without what the channel puts around it. */
  readonly limit: number;
  readonly measure: Measure;
  /** What the template inserts is escaped for HTML. */
  readonly html?: boolean;
  /** Takes a text apart that is too long although it tells a single alert; between lines and words when absent. */
  readonly cut?: (text: string, limit: number) => string[];
}

/**
 * The texts that tell the alerts of a notice. A template that says nothing is an error: nobody would be told.
 * Throws `DeliveryError` `permanent`.
 */
export function messageTexts(
  notice: Notice,
  context: ChannelContext,
  rules: TextRules,
): MessagePart<Alert>[] {
  const { template, html = false, ...limits } = rules;
  const parts = splitMessages({
    ...limits,
    alerts: notice.alerts,
    render: (alerts) => context.render(template, alerts, { html, groupLabels: notice.groupLabels }),
    isTooMuch: isOverBudget,
  });
  if (parts.length === 0) {
    throw new DeliveryError(
      'permanent',
      `template ${template} says nothing about the alerts: nothing can be sent`,
    );
  }
  return parts;
}

/** Whether an error says that a template asked for more than it may; over fewer alerts it may not. */
export const isOverBudget = (error: unknown): boolean =>
  error instanceof DeliveryError && error.cause instanceof TemplateError && error.cause.code === 'budget';
