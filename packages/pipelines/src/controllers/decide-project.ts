import { hasFinalizer, ownerReference, type KubeObject } from '@armillary/kube';
import type { DevOpsProject } from '../kinds/devops-project.ts';
import { label, PROJECT_FINALIZER } from '../kinds/metadata.ts';

/** The one thing to do next; the change it makes leads to the next decision. */
export type ProjectDecision =
  | { readonly do: 'nothing' | 'add-finalizer' | 'remove-finalizer' | 'tell-ready' }
  | { readonly do: 'create-namespace'; readonly namespace: KubeObject }
  | { readonly do: 'label-namespace'; readonly labels: Record<string, string> }
  | { readonly do: 'delete-namespace'; readonly uid: string }
  /** A namespace of that name is somebody else's: it is neither used nor ever deleted. */
  | { readonly do: 'tell-conflict'; readonly message: string };

/** Decides what a project needs, given the namespace of its name. Pure. */
export function decideProject(project: DevOpsProject, namespace: KubeObject | undefined): ProjectDecision {
  const { name = '' } = project.metadata;
  const own = namespace !== undefined && isOwn(project, namespace);
  if (project.metadata.deletionTimestamp !== undefined) {
    if (!own) return { do: 'remove-finalizer' };
    if (namespace.metadata.deletionTimestamp !== undefined) return { do: 'nothing' };
    return { do: 'delete-namespace', uid: namespace.metadata.uid ?? '' };
  }
  if (!hasFinalizer(project, PROJECT_FINALIZER)) return { do: 'add-finalizer' };
  const labels = namespaceLabels(project);
  if (namespace === undefined) {
    const metadata = { name, labels, ownerReferences: [ownerReference(project, { controller: true })] };
    return { do: 'create-namespace', namespace: { apiVersion: 'v1', kind: 'Namespace', metadata } };
  }
  if (!own) {
    const message = `The namespace ${name} exists and does not belong to this project. Delete it or choose another name.`;
    return { do: 'tell-conflict', message };
  }
  const present = namespace.metadata.labels ?? {};
  if (Object.entries(labels).some(([key, value]) => present[key] !== value))
    return { do: 'label-namespace', labels };
  return project.status?.adminNamespace === name ? { do: 'nothing' } : { do: 'tell-ready' };
}

/** A project's namespace carries its label; one that a former project of the same name left must have gone first. */
function isOwn(project: DevOpsProject, namespace: KubeObject): boolean {
  const owners = namespace.metadata.ownerReferences ?? [];
  if (owners.length > 0) return owners.some(({ uid }) => uid === project.metadata.uid);
  return namespace.metadata.labels?.[label.project] === project.metadata.name;
}

function namespaceLabels(project: DevOpsProject): Record<string, string> {
  const workspace = project.metadata.labels?.[label.workspace];
  return {
    [label.project]: project.metadata.name ?? '',
    [label.managed]: 'true',
    ...(workspace !== undefined && { [label.workspace]: workspace }),
  };
}
