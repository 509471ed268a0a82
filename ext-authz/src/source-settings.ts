import { ServiceError } from '@omnia-policy/service';

/** Where the policies come from. */
export type SourceSettings =
  { readonly kind: 'folder'; readonly folder: string } | ({ readonly kind: 'kubernetes' } & ClusterSettings);

export interface ClusterSettings {
  /** Absent: KUBECONFIG, else the ServiceAccount of the pod. */
  readonly kubeconfig: string | undefined;
  /** Of the Lease that tells which versions are in force. */
  readonly reportNamespace: string;
  readonly podName: string | undefined;
  readonly podUid: string | undefined;
}

interface GivenSource extends ClusterSettings {
  readonly policies: string | undefined;
  readonly kubernetes: boolean;
}

/** @throws ServiceError unless exactly one source is given */
export function sourceSettings({ policies, kubernetes, ...cluster }: GivenSource): SourceSettings {
  if (policies !== undefined && kubernetes) {
    throw new ServiceError(
      'conflicting-settings',
      '--policies and --kubernetes are two places for policies: give one of them.',
    );
  }
  if (kubernetes) {
    const { kubeconfig, reportNamespace, podName, podUid } = cluster;
    return { kind: 'kubernetes', kubeconfig, reportNamespace, podName, podUid };
  }
  if (policies === undefined) {
    throw new ServiceError(
      'missing-setting',
      'it is not said where the policies are: give a folder with --policies DIR (OMNIA_EXT_AUTHZ_POLICIES), or ' +
        '--kubernetes (OMNIA_EXT_AUTHZ_KUBERNETES=true).',
    );
  }
  if (cluster.kubeconfig !== undefined) {
    throw new ServiceError(
      'conflicting-settings',
      '--kubeconfig says how to reach Kubernetes: give it with --kubernetes.',
    );
  }
  return { kind: 'folder', folder: policies };
}
