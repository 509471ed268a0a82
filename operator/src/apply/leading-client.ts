import type { KubeClient, Leadership } from '@omnia-policy/kube';
import { ServiceError } from '@omnia-policy/service';

/**
 * The same client, that writes only while this process leads. Work that is under way when the lead is lost, or that stood
 * still meanwhile, would else go on with what it had planned before another one took over.
 */
export function createLeadingClient(client: KubeClient, { isHeld, signal }: Leadership): KubeClient {
  const leading = async <T>(write: () => Promise<T>): Promise<T> => {
    if (!isHeld()) throw new ServiceError('not-applied', 'not written: this operator no longer leads');
    return write();
  };
  return {
    ...client,
    apply: (kind, object, options) => leading(() => client.apply(kind, object, { ...options, signal })),
    create: (kind, object, options) => leading(() => client.create(kind, object, { ...options, signal })),
    replace: (kind, object, options) => leading(() => client.replace(kind, object, { ...options, signal })),
    delete: (kind, ref, uid) => leading(() => client.delete(kind, ref, uid)),
  };
}
