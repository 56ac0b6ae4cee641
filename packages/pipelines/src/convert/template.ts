import type { Span } from '@armillary/jenkinsfile';
import { Refusal } from './report.ts';

/** Text that is known in part: literal pieces and Tekton variables (`params.X`), whose values the run fills in. */
export type Template = readonly (string | { readonly variable: string })[];

/** What Tekton would take for a variable of its own inside a script or a value. */
const TEKTON_VARIABLE =
  /\$\((?:params|workspaces|context|tasks|finally|results|steps?|credentials|artifacts|inputs|outputs)[.[][^\s()]*\)/;

/** The whole text of a template without variables, else undefined. */
export function literalOf(template: Template): string | undefined {
  const texts = template.filter((part) => typeof part === 'string');
  return texts.length === template.length ? texts.join('') : undefined;
}

/** Refuses text that Tekton would rewrite although Jenkins would not, and text that no process can be given. */
export function checkLiteral(text: string, span: Span): string {
  const variable = TEKTON_VARIABLE.exec(text)?.[0];
  if (variable !== undefined)
    throw new Refusal(span, `the text ${variable} is a variable to Tekton, which would replace it`);
  if (text.includes('\0'))
    throw new Refusal(span, 'the text has a NUL character, which cannot be passed to a process');
  return text;
}

/**
 * The template as the value of a container's environment variable.
 * Kubernetes replaces `$(NAME)` and `$$` there, so that literal ones are doubled.
 */
export function environmentValue(template: Template, span: Span): string {
  checkLiteral(template.map((part) => (typeof part === 'string' ? part : 'x')).join(''), span);
  return template
    .map((part, index) => {
      if (typeof part !== 'string') return `$(${part.variable})`;
      return escapeExpansion(part, index < template.length - 1);
    })
    .join('');
}

/** Doubles the dollar signs that Kubernetes would otherwise read as the start of `$(NAME)` or as `$$`. */
export function escapeExpansion(text: string, variableFollows = false): string {
  return text.replace(variableFollows ? /\$(?=[$(]|$)/g : /\$(?=[$(])/g, '$$$$');
}
