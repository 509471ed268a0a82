import type { KubeConfig } from '@kubernetes/client-node';
import { errorText, ServiceError } from '@omnia-policy/service/program';
import { existsSync } from 'node:fs';

export interface KubeConfigOptions {
  /** Path of a kubeconfig file. Absent: that of KUBECONFIG, else the ServiceAccount of the pod. */
  readonly kubeconfig?: string | undefined;
  /** Where the pod's file system begins; another one only in tests. */
  readonly podRoot?: string | undefined;
}

const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The library is loaded when it is needed: it takes half a second and 80 MB. */
export async function loadKubeConfig({ kubeconfig, podRoot = '' }: KubeConfigOptions): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const fromVariable = process.env.KUBECONFIG ?? '';
  if (kubeconfig !== undefined)
    loading(kubeconfig, () => {
      config.loadFromFile(kubeconfig);
    });
  else if (fromVariable !== '')
    loading(fromVariable, () => {
      config.loadFromDefault();
    });
  else if (existsSync(podRoot + TOKEN_FILE)) config.loadFromCluster(podRoot);
  else {
    throw new ServiceError(
      'missing-setting',
      'no API server is named: run in a pod with a ServiceAccount token, or name a kubeconfig file with --kubeconfig or KUBECONFIG',
    );
  }
  return config;
}

function loading(file: string, read: () => void): void {
  try {
    read();
  } catch (cause) {
    throw new ServiceError(
      'file-unreadable',
      `the kubeconfig ${file} can not be used (${errorText(cause)})`,
      {
        cause,
      },
    );
  }
}
