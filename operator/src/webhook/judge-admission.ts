import { API_VERSION } from '@omnia-policy/policy';
import { isDeepStrictEqual } from 'node:util';
import { asRecord } from '../record.js';
import type { AdmissionRequest } from './admission-review.js';
import { validateObject } from './validate-object.js';
import type { Verdict } from './verdict.js';

/** Who uses a SessionPrivacyPolicy: `AgentRuntime production/support-agent`, `Workspace sales (service default)`. */
export type PrivacyPolicyReferences = (namespace: string, name: string) => readonly string[];

const ALLOWED: Verdict = { allowed: true };
const GROUP = API_VERSION.slice(0, API_VERSION.indexOf('/'));
/** They clear away what is gone already; refusing them would leave a namespace terminating for ever. */
const CLEANERS = [
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:kube-system:generic-garbage-collector',
];
const MAX_NAMED = 10;

/** Pure. What is not ours, or does not change what is enforced, is allowed. */
export function judgeAdmission(request: AdmissionRequest, references: PrivacyPolicyReferences): Verdict {
  if (request.kind.group !== GROUP || request.subResource !== '') return ALLOWED;
  if (request.operation === 'DELETE') return judgeDeletion(request, references);
  if (request.operation === 'CONNECT') return ALLOWED;
  const object = asRecord(request.object);
  if (asRecord(object.metadata).deletionTimestamp !== undefined) return ALLOWED;
  // A broken policy that got in must still be mendable in its labels, owners and finalizers.
  if (request.operation === 'UPDATE' && isDeepStrictEqual(object.spec, asRecord(request.oldObject).spec)) {
    return ALLOWED;
  }
  const problems = validateObject(withName(object, request));
  return problems.length === 0 ? ALLOWED : { allowed: false, reason: 'Invalid', problems };
}

function judgeDeletion(request: AdmissionRequest, references: PrivacyPolicyReferences): Verdict {
  if (request.kind.kind !== 'SessionPrivacyPolicy' || CLEANERS.includes(request.userName)) return ALLOWED;
  const users = references(request.namespace, request.name);
  if (users.length === 0) return ALLOWED;
  const named = users.slice(0, MAX_NAMED).join(', ');
  const rest = users.length > MAX_NAMED ? ` and ${users.length - MAX_NAMED} more` : '';
  return {
    allowed: false,
    reason: 'Forbidden',
    message:
      `SessionPrivacyPolicy ${request.namespace}/${request.name} is still referenced by ${named}${rest}: ` +
      'remove their privacyPolicyRef first, or name another policy there',
  };
}

/** The API server makes the name after admission; it is no mistake of the author's. */
function withName(object: Readonly<Record<string, unknown>>, { name, namespace }: AdmissionRequest): unknown {
  const metadata = asRecord(object.metadata);
  const isGenerated = metadata.name === undefined && typeof metadata.generateName === 'string';
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(isGenerated && { name: name === '' ? 'generated' : name }),
      ...(namespace !== '' && { namespace }),
    },
  };
}
