import { Type } from 'typebox';
import { exported, nullable } from './shape.ts';

/** A parameter as defined by a job. */
export const ParameterDefinition = exported(
  'ParameterDefinition',
  'A parameter of a job. `choices` is there for a choice. The default of a password is never told.',
  {
    name: Type.String(),
    type: Type.String({ description: 'The simple class name, such as `StringParameterDefinition`.' }),
    description: nullable(Type.String()),
    choices: Type.Array(Type.String()),
    defaultParameterValue: nullable(
      exported('ParameterDefault', 'The default of a parameter.', {
        name: Type.String(),
        value: Type.Union([Type.String(), Type.Boolean(), Type.Number()]),
      }),
    ),
  },
);

/** A parameter as given to a build. */
export const ParameterValue = exported(
  'ParameterValue',
  'A parameter of a build or of a queue item. A password has no `value`.',
  { name: Type.String(), value: Type.Union([Type.String(), Type.Boolean(), Type.Number()]) },
);
