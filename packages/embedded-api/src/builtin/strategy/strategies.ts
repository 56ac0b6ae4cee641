import type { Strategy } from '../../served-resource.ts';
import {
  disruptionBudgetStrategy,
  eventStrategy,
  leaseStrategy,
  limitRangeStrategy,
  namespaceStrategy,
  newEventStrategy,
  nodeStrategy,
  priorityClassStrategy,
  resourceQuotaStrategy,
  serviceAccountStrategy,
} from './cluster-objects.ts';
import { configMapStrategy, secretStrategy } from './config.ts';
import { cronJobStrategy, jobStrategy } from './job.ts';
import {
  endpointsStrategy,
  endpointSliceStrategy,
  ingressStrategy,
  networkPolicyStrategy,
} from './network.ts';
import { podStrategy } from './pod.ts';
import {
  clusterRoleBindingStrategy,
  clusterRoleStrategy,
  roleBindingStrategy,
  roleStrategy,
} from './rbac.ts';
import { serviceStrategy } from './service.ts';
import { persistentVolumeStrategy, storageClassStrategy, volumeClaimStrategy } from './storage.ts';
import {
  daemonSetStrategy,
  deploymentStrategy,
  replicaSetStrategy,
  replicationControllerStrategy,
  statefulSetStrategy,
} from './workload.ts';

const particular: Record<string, Strategy> = {
  'ClusterRole.rbac.authorization.k8s.io': clusterRoleStrategy,
  'ClusterRoleBinding.rbac.authorization.k8s.io': clusterRoleBindingStrategy,
  'ConfigMap.': configMapStrategy,
  'CronJob.batch': cronJobStrategy,
  'DaemonSet.apps': daemonSetStrategy,
  'Deployment.apps': deploymentStrategy,
  'EndpointSlice.discovery.k8s.io': endpointSliceStrategy,
  'Endpoints.': endpointsStrategy,
  'Event.': eventStrategy,
  'Event.events.k8s.io': newEventStrategy,
  'Ingress.networking.k8s.io': ingressStrategy,
  'Job.batch': jobStrategy,
  'Lease.coordination.k8s.io': leaseStrategy,
  'LimitRange.': limitRangeStrategy,
  'Namespace.': namespaceStrategy,
  'NetworkPolicy.networking.k8s.io': networkPolicyStrategy,
  'Node.': nodeStrategy,
  'PersistentVolume.': persistentVolumeStrategy,
  'PersistentVolumeClaim.': volumeClaimStrategy,
  'Pod.': podStrategy,
  'PodDisruptionBudget.policy': disruptionBudgetStrategy,
  'PriorityClass.scheduling.k8s.io': priorityClassStrategy,
  'ReplicaSet.apps': replicaSetStrategy,
  'ReplicationController.': replicationControllerStrategy,
  'ResourceQuota.': resourceQuotaStrategy,
  'Role.rbac.authorization.k8s.io': roleStrategy,
  'RoleBinding.rbac.authorization.k8s.io': roleBindingStrategy,
  'Secret.': secretStrategy,
  'Service.': serviceStrategy,
  'ServiceAccount.': serviceAccountStrategy,
  'StatefulSet.apps': statefulSetStrategy,
  'StorageClass.storage.k8s.io': storageClassStrategy,
};

/**
 * What is particular to a built-in kind; an empty strategy for kinds that are stored as they come. Those of custom
 * resource definitions and webhook configurations are put in their place by whoever serves them.
 */
export const strategyOf = (group: string, kind: string): Strategy => particular[`${kind}.${group}`] ?? {};
