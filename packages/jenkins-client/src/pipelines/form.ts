import type { FormObject } from './config/field.ts';
import { folderForm } from './config/multibranch.ts';
import { emptyBag } from './config/places.ts';
import { completeSpec, PIPELINE_KINDS } from './kinds.ts';
import type { PipelineSpec } from './spec.ts';

/** What the form of a job has beside the structured JSON. */
const BESIDE = ['description', 'pseudoRemoteTrigger', 'authToken', 'hasCustomQuietPeriod', 'quiet_period'];

/**
 * The form that stores a specification by `configSubmit`. It replaces all that is stored: what is absent gets its
 * default. Jobs take the description beside the structured JSON, folders of all kinds inside.
 */
export function pipelineForm(spec: PipelineSpec): Readonly<Record<string, string>> {
  const folder = spec.kind === 'multibranch';
  const json: FormObject = folder
    ? folderForm('jenkins.branch.MetadataActionFolderIcon')
    : { properties: emptyBag() };
  PIPELINE_KINDS[spec.kind].settings.encode(completeSpec(spec), json);
  const beside: Record<string, string> = {};
  for (const name of folder ? [] : BESIDE) {
    const value = json[name];
    if (typeof value === 'string' && value !== '') beside[name] = value;
    delete json[name];
  }
  return { ...beside, json: JSON.stringify(json) };
}
