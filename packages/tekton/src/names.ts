import { createHash } from 'node:crypto';

/** The longest name of a Kubernetes object that is also used as a label value. */
const longest = 63;
const md5Length = 32;
const head = longest - md5Length;

/**
 * The name of an object made on behalf of another one: parent and suffix, shortened with an MD5 hash when they
 * exceed 63 characters, so that the result is the one that Tekton (knative's kmeta.ChildName) would choose.
 */
export function childName(parent: string, suffix: string): string {
  if (parent.length + suffix.length <= longest) return withoutTrailingDash(parent + suffix);
  if (suffix.length > head) {
    const name = parent.slice(0, head) + md5(parent + suffix);
    return withoutTrailingDash(name + suffix.slice(0, longest - name.length));
  }
  return withoutTrailingDash(parent.slice(0, head - suffix.length) + md5(parent) + suffix);
}

/** The TaskRun of a pipeline task: `<run>-<task>`. */
export function taskRunName(pipelineRun: string, pipelineTask: string): string {
  return childName(pipelineRun, `-${pipelineTask}`);
}

/** The Pod of a TaskRun: `<taskrun>-pod`, and `<taskrun>-pod-retryN` for attempt N > 0. */
export function podName(taskRun: string, attempt = 0): string {
  return childName(taskRun, attempt === 0 ? '-pod' : `-pod-retry${attempt}`);
}

/** The claim that a run's `volumeClaimTemplate` stands for; the run's uid makes it the run's own. */
export function templateClaimName(runUid: string, workspace: string): string {
  return childName(templateClaimPrefix(runUid), workspace);
}

/** What the names of all such claims of a run begin with. */
export function templateClaimPrefix(runUid: string): string {
  return `pvc-${md5(runUid).slice(0, 10)}-`;
}

/** The container of a step: `step-<name>`, or `step-unnamed-<index>` for a step without a name. */
export function stepContainerName(name: string | undefined, index: number): string {
  return `step-${stepName(name, index)}`;
}

/** The name under which a step appears in a TaskRun's status. */
export function stepName(name: string | undefined, index: number): string {
  return name === undefined || name === '' ? `unnamed-${index}` : name;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function withoutTrailingDash(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+$/, '');
}
