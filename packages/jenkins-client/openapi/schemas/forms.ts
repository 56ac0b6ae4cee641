import { Type } from 'typebox';

/** A map whose keys are class names with `.` and `$` turned into `-`. */
export const bag = Type.Object(
  {},
  {
    $id: 'Bag',
    description:
      'Structured form data. `stapler-class` (or `$class`) names the Java class of an object; `stapler-class-bag` marks a map whose keys are class names with `.` and `$` turned into `-`.',
    additionalProperties: true,
  },
);

const staplerClass = Type.Optional(Type.String({ description: 'The Java class.' }));

/** The credential inside a form; which other properties there are depends on its class. */
export const CredentialForm = Type.Object(
  {
    'stapler-class': staplerClass,
    $class: staplerClass,
    scope: Type.Optional(Type.Enum(['GLOBAL', 'SYSTEM', 'USER'])),
    id: Type.Optional(Type.String({ description: 'Without one Jenkins makes a UUID and does not tell it.' })),
    description: Type.Optional(Type.String()),
    username: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    secret: Type.Optional(Type.String()),
    file: Type.Optional(Type.String({ description: 'The name of the part that holds the file.' })),
    passphrase: Type.Optional(Type.String()),
    privateKeySource: Type.Optional(bag),
  },
  { $id: 'CredentialForm', description: 'A credential with its secret.', additionalProperties: true },
);

/** A new domain. */
export const DomainForm = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    specifications: Type.Optional(Type.Array(bag)),
  },
  { $id: 'DomainForm', description: 'A domain of a store.' },
);

/** A permanent agent. */
export const NodeForm = Type.Object(
  {
    name: Type.String(),
    nodeDescription: Type.Optional(Type.String()),
    numExecutors: Type.Union([Type.String(), Type.Integer()]),
    remoteFS: Type.String(),
    labelString: Type.Optional(Type.String({ description: 'Labels with spaces between.' })),
    mode: Type.Optional(Type.Enum(['NORMAL', 'EXCLUSIVE'])),
    type: Type.Optional(Type.String()),
    launcher: bag,
    retentionStrategy: bag,
    nodeProperties: bag,
  },
  { $id: 'NodeForm', description: 'A permanent agent.', additionalProperties: true },
);

/** Values for the parameters of a build or an input. */
export const ParametersForm = Type.Object(
  {
    parameter: Type.Optional(
      Type.Union([
        Type.Array(
          Type.Object({
            name: Type.String(),
            value: Type.Optional(Type.Union([Type.String(), Type.Boolean(), Type.Number()])),
            file: Type.Optional(Type.String({ description: 'The name of the part that holds the file.' })),
          }),
        ),
        bag,
      ]),
    ),
    statusCode: Type.Optional(Type.String()),
    redirectTo: Type.Optional(Type.String()),
  },
  { $id: 'ParametersForm', description: 'Values of parameters.' },
);
