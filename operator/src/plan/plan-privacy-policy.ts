import { SESSION_PRIVACY_POLICIES, type ObjectRef } from '@omnia-policy/kube';
import { parsePrivacyPolicySpec, type Encryption } from '@omnia-policy/policy';
import type { World } from '../model/world.js';
import { condition, type Said } from './condition.js';
import type { Plan } from './plan.js';
import { problemText } from './policy-entry.js';

/** A SessionPrivacyPolicy makes no objects. Depends on it and on the Secret that it names. */
export function planPrivacyPolicy(world: World, ref: ObjectRef): Plan {
  const object = world.privacyPolicies.get(ref);
  if (object === undefined) return { objects: [] };
  const ready = readyCondition(world, ref, object.spec);
  const status = {
    phase: ready.status === 'True' ? 'Active' : 'Error',
    observedGeneration: object.generation,
    conditions: [condition(ready, object.generation)],
  };
  return { objects: [], status: { kind: SESSION_PRIVACY_POLICIES, ref, status } };
}

function readyCondition(world: World, ref: ObjectRef, spec: unknown): Said<'Ready'> {
  const parsed = parsePrivacyPolicySpec(spec);
  const failed = { type: 'Ready', status: 'False' } as const;
  if (!parsed.ok) {
    return { ...failed, reason: 'PolicyInvalid', message: parsed.problems.map(problemText).join('; ') };
  }
  const secret = secretOf(parsed.spec.encryption);
  if (secret !== undefined && world.secrets.get({ namespace: ref.namespace, name: secret }) === undefined) {
    const where = `Secret ${ref.namespace}/${secret}`;
    const message = `there is no ${where}, which spec.encryption.secretRef names: create it, or nothing can be encrypted`;
    return { ...failed, reason: 'SecretNotFound', message };
  }
  return { type: 'Ready', status: 'True', reason: 'PolicyValidated', message: 'policy is valid and active' };
}

function secretOf(encryption: Encryption): string | undefined {
  return encryption.enabled ? encryption.secretName : undefined;
}
