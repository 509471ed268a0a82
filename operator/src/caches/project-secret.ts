import { refOf, type KubeObject, type ObjectRef } from '@omnia-policy/kube';

/** That there is one; its content is never asked for. */
export function projectSecret(object: KubeObject): { readonly ref: ObjectRef } {
  return { ref: refOf(object) };
}
