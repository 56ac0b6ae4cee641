/** A Jenkinsfile of about 300 lines: text to model, and model to Tekton, beside JSON.parse of a text of that size. */
import { parseJenkinsfile } from '@armillary/jenkinsfile';
import { convertToTekton } from '@armillary/pipelines';
import { quantile } from './measure.ts';

function jenkinsfile(stages: number): string {
  const body = Array.from(
    { length: stages },
    (_, i) => `    stage('Stage ${i}') {
      environment {
        NUMBER = '${i}'
        GREETING = "hello \${env.WHO}"
      }
      steps {
        echo "stage \${env.NUMBER}"
        sh '''
          make part-${i}
          make check-${i}
        '''
      }
    }`,
  ).join('\n');
  return `pipeline {\n  agent any\n  environment {\n    WHO = 'world'\n  }\n  stages {\n${body}\n  }\n}\n`;
}

/** Median milliseconds of a call, warm. */
function time(call: () => unknown): number {
  const durations: number[] = [];
  for (let i = 0; i < 300; i++) {
    const before = performance.now();
    call();
    durations.push(performance.now() - before);
  }
  return quantile(durations.slice(100), 0.5);
}

/** Runs the benchmark and prints it. */
export function benchJenkinsfile(): void {
  const text = jenkinsfile(23);
  const parsed = parseJenkinsfile(text).pipeline;
  if (!parsed) throw new Error('the Jenkinsfile of the benchmark does not parse');
  const json = JSON.stringify({ text: text.split('\n') });
  const parse = time(() => parseJenkinsfile(text));
  const convert = time(() => convertToTekton(parsed, { jobName: 'bench/job', buildNumber: 1 }));
  const baseline = time(() => JSON.parse(json));
  const row = (what: string, ms: number, note: string): void =>
    console.log(
      `${what.padEnd(12)} ${ms.toFixed(3).padStart(8)} ms  ${(ms / baseline).toFixed(0).padStart(5)}x of JSON.parse  ${note}`,
    );
  console.log(`jenkinsfile, ${text.split('\n').length} lines, warm`);
  row('to model', parse, 'target: < 3 ms');
  row('to Tekton', convert, '');
  row('JSON.parse', baseline, 'of a text of the same size');
}
