import { readFileSync } from 'node:fs';
import type { TemplateText } from './template-text.ts';

/**
 * Our own templates, under the names that upstream's ConfigMap defines and that objects refer to. They say the same
 * things in the same order; an alert without a message is called by its name.
 */
export const defaultTemplates: readonly TemplateText[] = ['text', 'feishu', 'html'].map((name) => ({
  name: `default ${name}`,
  text: readFileSync(new URL(`./defaults/${name}.tmpl`, import.meta.url), 'utf8'),
}));
