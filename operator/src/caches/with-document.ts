import { policyDocument, type KubeObject, type PolicyBearing } from '@omnia-policy/kube';

/** A projection that also keeps what the policy set is made from, so that one watch serves both. */
export function withDocument<T>(
  project: (object: KubeObject) => T,
): (object: KubeObject) => T & PolicyBearing {
  return (object) => ({ ...project(object), document: policyDocument(object) });
}
