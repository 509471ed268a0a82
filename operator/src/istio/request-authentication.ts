import { REQUEST_AUTHENTICATIONS, type ObjectRef } from '@omnia-policy/kube';
import type { DesiredObject } from '../plan/plan.js';
import { emittedObject } from './emitted-object.js';
import type { Owner } from './metadata.js';
import { policyTarget, type Target } from './target.js';

/** Who signs the tokens of users. */
export interface Issuer {
  readonly issuer: string;
  /** Empty: a token for anybody is taken. */
  readonly audiences: readonly string[];
  /** Absent, and no `jwks`: Istio asks the issuer (OpenID Connect discovery). */
  readonly jwksUri?: string;
  readonly jwks?: string;
}

/**
 * Verifies tokens where they are sent, and refuses bad ones with 401; calls without a token pass. The token goes on to
 * the workload, which may verify it too, and from which the claims filter takes the spelling of numbers.
 */
export function requestAuthentication(
  ref: ObjectRef,
  owner: Owner,
  { target, issuers }: { readonly target: Target; readonly issuers: readonly Issuer[] },
): DesiredObject {
  return emittedObject(REQUEST_AUTHENTICATIONS, ref, {
    owner,
    spec: {
      ...policyTarget(target),
      jwtRules: issuers.map(({ issuer, audiences, jwksUri, jwks }) => ({
        issuer,
        ...(audiences.length === 0 ? {} : { audiences }),
        ...(jwks === undefined ? {} : { jwks }),
        ...(jwksUri === undefined || jwks !== undefined ? {} : { jwksUri }),
        forwardOriginalToken: true,
      })),
    },
  });
}
