import { Type } from 'typebox';
import { bag } from './forms.ts';

const entry = Type.Optional(bag);

/** What `configSubmit` of an item takes as `json`: the forms of a folder, a pipeline and a multibranch pipeline. */
export const JobConfiguration = Type.Object(
  {
    displayNameOrNull: Type.Optional(Type.String()),
    description: Type.Optional(Type.String({ description: 'Of folders and multibranch pipelines.' })),
    enable: Type.Optional(Type.Boolean({ description: 'Without it a pipeline is stored disabled.' })),
    properties: entry,
    definition: Type.Optional(
      Type.Object(
        {
          'stapler-class': Type.String(),
          script: Type.Optional(Type.String()),
          sandbox: Type.Optional(Type.Boolean()),
          scm: entry,
          scriptPath: Type.Optional(Type.String()),
          lightweight: Type.Optional(Type.Boolean()),
        },
        { description: 'Of a pipeline; without it the job loses its script.', additionalProperties: true },
      ),
    ),
    icon: Type.Optional(
      Type.Object(
        { 'stapler-class': Type.String() },
        { description: 'Needed by folders.', additionalProperties: true },
      ),
    ),
    healthMetrics: Type.Optional(Type.Array(bag)),
    projectFactory: entry,
    sources: Type.Optional(
      Type.Array(Type.Object({ source: bag, strategy: entry }, { additionalProperties: true })),
    ),
    orphanedItemStrategy: entry,
    'com-cloudbees-hudson-plugins-folder-computed-PeriodicFolderTrigger': entry,
  },
  {
    $id: 'JobConfiguration',
    description: 'The configuration form of a folder, pipeline or multibranch pipeline.',
    additionalProperties: true,
  },
);
