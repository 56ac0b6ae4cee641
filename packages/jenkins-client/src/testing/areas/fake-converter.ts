/**
 * What stands in for pipeline-model-definition's converter. The fake server understands no Jenkinsfile itself: give it
 * functions that do, or functions that answer what a test needs.
 */
export interface FakeConverter {
  /** A Jenkinsfile as JSON. Throw a FakeConverterError to refuse it. */
  readonly toJson: (jenkinsfile: string) => unknown;
  /** JSON as a Jenkinsfile. Throw a FakeConverterError to refuse it. */
  readonly toJenkinsfile: (json: unknown) => string;
  /** Steps as JSON. Throw a FakeConverterError to refuse them. */
  readonly stepsToJson?: (steps: string) => unknown;
  /** Steps in JSON as text. Throw a FakeConverterError to refuse them. */
  readonly stepsToJenkinsfile?: (json: unknown) => string;
}

/** What is wrong with a pipeline, as the converter tells it. */
export class FakeConverterError extends Error {
  /** One sentence each, such as `Missing required section "stages" @ line 1, column 1.`; a location is a path into JSON. */
  readonly errors: readonly { readonly error: string; readonly location?: readonly string[] }[];

  constructor(...errors: readonly { readonly error: string; readonly location?: readonly string[] }[]) {
    super(errors.map(({ error }) => error).join('; '));
    this.errors = errors;
  }
}
