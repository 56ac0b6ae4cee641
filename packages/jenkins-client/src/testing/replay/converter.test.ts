import { FakeConverterError, type FakeConverter } from '../areas/fake-converter.ts';
import { recordedJson, recording, recordingNames } from '../recording.ts';
import { replaySession } from './session.ts';

interface Verdict {
  readonly data: {
    readonly json?: unknown;
    readonly jenkinsfile?: string;
    readonly errors?: FakeConverterError['errors'];
  };
}

/** A converter that knows the recorded conversions by heart. */
function recordedConverter(): FakeConverter {
  const convert = (field: 'jenkinsfile' | 'json', given: string): Verdict['data'] => {
    for (const name of recordingNames('07-conv')) {
      const { request, response } = recording(name);
      if (new URLSearchParams(request.body).get(field) !== given) continue;
      if (!response.body.startsWith('{"status":"ok","data"')) continue;
      const { data } = recordedJson(name) as Verdict;
      if (data.errors ?? data.json ?? data.jenkinsfile) return data;
    }
    throw new FakeConverterError({ error: 'Missing required section "stages" @ line 1, column 1.' });
  };
  const told = <T>({ errors }: Verdict['data'], value: T | undefined): T => {
    if (errors || value === undefined) throw new FakeConverterError(...(errors ?? []));
    return value;
  };
  const toJson = (jenkinsfile: string): unknown => {
    const data = convert('jenkinsfile', jenkinsfile);
    return told(data, data.json);
  };
  const toJenkinsfile = (json: unknown): string => {
    const data = convert('json', JSON.stringify(json));
    return told(data, data.jenkinsfile);
  };
  return { toJson, toJenkinsfile, stepsToJson: toJson, stepsToJenkinsfile: toJenkinsfile };
}

replaySession({
  title: 'conversion of declarative pipelines',
  names: ['07-conv'],
  options: { plugins: { converter: recordedConverter() } },
  setUp: async (stage) => {
    await stage.create('', 'team', 'com.cloudbees.hudson.plugins.folder.Folder');
    await stage.create('/job/team', 'p1', 'org.jenkinsci.plugins.workflow.job.WorkflowJob');
  },
});
