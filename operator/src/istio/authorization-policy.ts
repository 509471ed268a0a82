import { AUTHORIZATION_POLICIES, type ObjectRef } from '@omnia-policy/kube';
import type { JsonObject } from '@omnia-policy/policy';
import type { DesiredObject } from '../plan/plan.js';
import { emittedObject } from './emitted-object.js';
import type { Owner } from './metadata.js';
import { policyTarget, type Target } from './target.js';

/** One condition on a header. `*` in values: it is there; in notValues: it is absent. */
export interface HeaderCondition {
  readonly header: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

export interface DenyPolicy {
  readonly target: Target;
  /** Whom it is about, as `principalOf` writes them. Never empty: nobody would mean everybody. */
  readonly principals: readonly string[];
  /** Where it holds. Never empty: rules about headers refuse all of a port that does not speak HTTP. */
  readonly ports: readonly number[];
  /** A request is refused if all conditions of one of these hold. */
  readonly rules: readonly (readonly HeaderCondition[])[];
  /** Nothing is refused; Istio counts and reports what would be. */
  readonly dryRun: boolean;
}

/** An AuthorizationPolicy that refuses some requests of some workloads. */
export function denyPolicy(ref: ObjectRef, owner: Owner, policy: DenyPolicy): DesiredObject {
  const { principals, ports, rules, dryRun } = policy;
  if (principals.length === 0 || ports.length === 0 || rules.length === 0) {
    throw new RangeError(
      `AuthorizationPolicy ${ref.namespace}/${ref.name} would refuse everybody or nothing`,
    );
  }
  return emittedObject(AUTHORIZATION_POLICIES, ref, {
    owner,
    dryRun,
    spec: {
      ...policyTarget(policy.target),
      action: 'DENY',
      rules: rules.map((conditions) => ({
        from: [{ source: { principals } }],
        to: [{ operation: { ports: ports.map(String) } }],
        ...(conditions.length === 0 ? {} : { when: conditions.map(whenHeader) }),
      })),
    },
  });
}

function whenHeader({ header, values, notValues }: HeaderCondition): JsonObject {
  return {
    key: `request.headers[${header}]`,
    ...(values === undefined ? {} : { values }),
    ...(notValues === undefined ? {} : { notValues }),
  };
}
