import type { ItemPath, Jenkins } from '@armillary/jenkins-client';

/** A parameter of a job as Jenkins' JSON shows it. */
export interface OverviewParameter {
  readonly name?: string;
  readonly type?: string;
  readonly description?: string;
  readonly choices?: readonly string[];
  readonly defaultParameterValue?: { readonly name?: string; readonly value?: unknown } | null;
}

/** A job as Jenkins' JSON shows it: what people want to see of it in a list. */
export interface OverviewJob {
  readonly name?: string;
  readonly displayName?: string;
  readonly buildable?: boolean;
  readonly disabled?: boolean;
  readonly healthReport?: readonly { readonly score?: number }[];
  readonly property?: readonly { readonly parameterDefinitions?: readonly OverviewParameter[] }[];
  readonly lastBuild?: {
    readonly number?: number;
    readonly building?: boolean;
    readonly result?: string | null;
    readonly timestamp?: number;
    readonly duration?: number;
    readonly estimatedDuration?: number;
    readonly actions?: readonly {
      readonly causes?: readonly { readonly shortDescription?: string }[];
    }[];
  } | null;
}

/** A job with its branches, if it has some. */
export interface JobOverview extends OverviewJob {
  readonly jobs?: readonly OverviewJob[];
  readonly views?: readonly {
    readonly name?: string;
    readonly jobs?: readonly { readonly name?: string }[];
  }[];
}

/** More branches than this are not read. */
const MAX_BRANCHES = 500;

const JOB =
  'name,displayName,buildable,disabled,healthReport[score],' +
  'property[parameterDefinitions[name,type,description,choices,defaultParameterValue[name,value]]],' +
  'lastBuild[number,building,result,timestamp,duration,estimatedDuration,actions[causes[shortDescription]]]';

/** Reads a job and its branches with one request. Every field is Jenkins' claim and may be missing. */
export async function readOverview(
  jenkins: Jenkins,
  job: ItemPath,
  signal: AbortSignal,
): Promise<JobOverview> {
  const response = await jenkins.raw.request({
    path: [...job.map((name) => `job/${encodeURIComponent(name)}`), 'api/json'].join('/'),
    query: { tree: `${JOB},jobs[${JOB}]{0,${MAX_BRANCHES}},views[name,jobs[name]]` },
    signal,
  });
  const value = await response.json<unknown>();
  return typeof value === 'object' && value !== null ? value : {};
}
