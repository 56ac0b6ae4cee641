import { FakeConverterError, type FakeJenkins, type FakeOptions } from '@armillary/jenkins-client/testing';
import type { SuiteOptions } from './run.ts';

/** What its model converter answers. */
export const converter = {
  toJson: (jenkinsfile: string) => {
    if (!jenkinsfile.includes('stages')) throw new FakeConverterError({ error: 'Missing required section' });
    return { pipeline: {} };
  },
  toJenkinsfile: () => "pipeline { stages { stage('A') { } } }",
  stepsToJson: () => [],
  stepsToJenkinsfile: () => "echo 'a'",
};

/** A fake server that has all that it can have. */
export const wholeFake: FakeOptions = {
  prefix: '/jenkins',
  plugins: { converter, sse: true },
  script: () => '42\n',
};

/** The repository whose branches it finds. */
export const gitUrl = 'https://git.test/a.git';

/** Tells a fake server what a real one finds out by itself: what scripts do, and which branches there are. */
export function asReal(fake: FakeJenkins): Pick<SuiteOptions, 'teach' | 'begun'> {
  return {
    teach: (script, work) => fake.runs(script, work),
    begun: (folder) => fake.branches(`${folder.name}/scanned`, [{ name: 'feature/x' }]),
  };
}
