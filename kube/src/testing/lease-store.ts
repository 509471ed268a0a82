import { KubeApiError } from '../kube-api-error.js';
import type { KubeClient } from '../kube-client.js';
import type { KubeObject } from '../kube-object.js';

/** One Lease, as an API server keeps it: a write of another version than the stored one is refused. */
export interface LeaseStore {
  readonly client: KubeClient;
  readonly stored: () => KubeObject | undefined;
  /** As another candidate would write it. */
  write(spec: object): void;
  /** What happens to the next writes. `lost`: the write is done, its answer never comes. */
  fail(how: 'lost' | 'refused' | undefined): void;
}

export function createLeaseStore(): LeaseStore {
  let stored: KubeObject | undefined;
  let version = 0;
  let failing: 'lost' | 'refused' | undefined;
  const put = (lease: KubeObject): KubeObject => {
    version += 1;
    stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(version) } };
    return stored;
  };
  const save = (lease: KubeObject): Promise<KubeObject> => {
    if (failing === 'refused') return Promise.reject(refusal(403, 'Forbidden'));
    if (lease.metadata.resourceVersion !== stored?.metadata.resourceVersion) {
      return Promise.reject(refusal(409, 'Conflict'));
    }
    const saved = put(lease);
    return failing === 'lost' ? Promise.reject(refusal(504, 'Timeout')) : Promise.resolve(saved);
  };
  const unused = (): never => {
    throw new Error('not a call of leader election');
  };
  return {
    client: {
      ...{ list: unused, watch: unused, apply: unused, delete: unused },
      get: () => Promise.resolve(stored),
      create: (_, lease) => save(lease),
      replace: (_, lease) => save(lease),
    },
    stored: () => stored,
    write(spec) {
      put({ ...(stored ?? { apiVersion: '', kind: '', metadata: { name: 'l' } }), spec });
    },
    fail(how) {
      failing = how;
    },
  };
}

function refusal(status: number, reason: string): KubeApiError {
  return new KubeApiError('replace Lease', { status, reason, message: '' });
}
