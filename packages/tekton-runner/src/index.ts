export { machineImage } from './executor/images.ts';
export type { KubeletOptions } from './node/kubelet-server.ts';
export { tektonRunner, type TektonRunner, type TektonRunnerOptions } from './tekton-runner.ts';
