import { InvalidArgumentError, Option } from 'commander';

/** Which cluster and namespace a command looks for a run in. */
export interface RunFlags {
  namespace?: string;
  kubeconfig?: string;
}

/** `-n` and `--kubeconfig`, with the defaults that kubectl has. */
export function runOptions(): Option[] {
  return [
    new Option('-n, --namespace <name>', "namespace of the run; by default the kubeconfig's"),
    new Option('--kubeconfig <file>', 'the server; by default as kubectl finds it'),
  ];
}

/** The argument RUN: a name as `kubectl get pr` prints it. */
export function runName(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('a run is given by its name, as "kubectl get pr" prints it.');
}
