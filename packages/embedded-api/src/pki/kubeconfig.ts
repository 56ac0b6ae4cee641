import { writePrivateFile } from './atomic-file.ts';
import type { Pki } from './pki.ts';

/** JSON strings are YAML strings. */
const quoted = (text: string): string => JSON.stringify(text);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * Writes a kubeconfig for the administrator: everything it needs is inside the file, so that it may be copied.
 * `url` is the address clients use, such as `https://127.0.0.1:6443`.
 */
export const writeKubeconfig = (path: string, url: string, pki: Pki): void => {
  writePrivateFile(
    path,
    `apiVersion: v1
kind: Config
current-context: armillary
clusters:
- name: armillary
  cluster:
    server: ${quoted(url)}
    certificate-authority-data: ${base64(pki.ca)}
contexts:
- name: armillary
  context:
    cluster: armillary
    user: kubernetes-admin
users:
- name: kubernetes-admin
  user:
    client-certificate-data: ${base64(pki.admin.cert)}
    client-key-data: ${base64(pki.admin.key)}
`,
  );
};
