/** JSON of pipeline-model-converter: HTTP 200 always, the verdict is in `data.result`. */
import { Type, type TProperties } from 'typebox';
import { answer } from './shape.ts';

const errors = Type.Optional(
  Type.Array(
    Type.Object({
      error: Type.String(),
      location: Type.Optional(Type.Array(Type.String(), { description: 'The path into the JSON.' })),
    }),
  ),
);

function verdict<P extends TProperties>($id: string, description: string, properties: P) {
  return answer($id, description, {
    status: Type.Enum(['ok', 'error']),
    data: Type.Object({ result: Type.Enum(['success', 'failure']), errors, ...properties }),
  });
}

/** Whether it is valid. */
export const Validation = verdict('ConverterValidation', 'Whether a pipeline is valid.', {});

/** The JSON of a pipeline or of steps. */
export const ConvertedJson = verdict('ConverterJson', 'A pipeline, or steps, as JSON.', {
  json: Type.Optional(
    Type.Union([
      Type.Object({}, { additionalProperties: true }),
      Type.Array(Type.Object({}, { additionalProperties: true })),
    ]),
  ),
});

/** The text of a pipeline or of steps. */
export const ConvertedJenkinsfile = verdict('ConverterJenkinsfile', 'A pipeline, or steps, as text.', {
  jenkinsfile: Type.Optional(Type.String()),
});
