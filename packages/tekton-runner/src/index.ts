export { machineImage } from './executor/images.ts';
export type { KubeletOptions } from './node/kubelet-server.ts';
export { defaultNodeName } from './node/virtual-node.ts';
export { tektonRunner, type TektonRunner, type TektonRunnerOptions } from './tekton-runner.ts';
