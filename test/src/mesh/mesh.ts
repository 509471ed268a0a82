import { startApiServer, type ApiServer } from '../cluster/api-server.js';
import { missingTools } from '../tools/find-tool.js';
import { ROOT_NAMESPACE, startIstiod, type Istiod } from './istiod.js';

/** A cluster's API server and its mesh, in which every workload takes mTLS only. */
export interface Mesh {
  readonly apiServer: ApiServer;
  readonly istiod: Istiod;
}

/** For tap's `skip`: false when a mesh can be started here. */
export const meshIsMissing = missingTools(
  ...['etcd', 'kube-apiserver', 'kubectl', 'pilot-discovery', 'pilot-agent', 'istio-crds'],
);

export interface MeshOptions {
  teardown?(end: () => Promise<void>): unknown;
}

/** A tap test will do as options: all is ended with it, the last started first. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const apiServer = await startApiServer(options);
  const teardown = (end: () => Promise<void>): void => {
    options.teardown?.(end);
  };
  const istiod = await startIstiod({ apiServer, teardown });
  await apiServer.apply([
    {
      ...{ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication' },
      metadata: { name: 'default', namespace: ROOT_NAMESPACE },
      spec: { mtls: { mode: 'STRICT' } },
    },
  ]);
  return { apiServer, istiod };
}
