/**
 * Why a template did not give a result:
 * - `parse`: its text is not a template (unknown functions and variables are found here too);
 * - `execute`: an action failed, as it would in Go;
 * - `budget`: it asked for more than its {@link Budget}: a hostile or run-away template.
 */
export type TemplateErrorCode = 'parse' | 'execute' | 'budget';

/**
 * The only error that parsing or executing a template throws. Its message is Go's where Go has one, for instance
 * `template: mail:3:12: executing "mail" at <.Alerts.Foo>: can't evaluate field Foo in type template.Alerts`.
 * It may quote the template and the type of its data, never the data.
 */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  /** The name of the template that was parsed or executed. */
  readonly template: string;

  constructor(code: TemplateErrorCode, template: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TemplateError';
    this.code = code;
    this.template = template;
  }
}
