import type { Problem } from '@omnia-policy/policy';
import { ADMISSION_VERSION, type AdmissionRequest } from './admission-review.js';
import { problemText } from './problem-text.js';

/** What the webhook says of one request. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: 'Invalid'; readonly problems: readonly Problem[] }
  | { readonly allowed: false; readonly reason: 'Forbidden'; readonly message: string };

/** Kubernetes shows so many causes at most; the rest is counted. */
const MAX_CAUSES = 50;

/** The AdmissionReview that answers a request. */
export function admissionAnswer(request: AdmissionRequest, verdict: Verdict): Record<string, unknown> {
  return {
    apiVersion: ADMISSION_VERSION,
    kind: 'AdmissionReview',
    response: {
      uid: request.uid,
      allowed: verdict.allowed,
      ...(verdict.allowed ? {} : { status: statusOf(request, verdict) }),
    },
  };
}

/** A Kubernetes Status; kubectl prints the causes of one with reason Invalid, the message of another. */
function statusOf(
  { kind, name }: AdmissionRequest,
  verdict: Exclude<Verdict, { allowed: true }>,
): Record<string, unknown> {
  if (verdict.reason === 'Forbidden') {
    return { status: 'Failure', code: 403, reason: 'Forbidden', message: verdict.message };
  }
  const shown = verdict.problems.slice(0, MAX_CAUSES);
  const more = verdict.problems.length - shown.length;
  const causes = shown.map((problem) => ({
    reason: 'FieldValueInvalid',
    field: problem.path,
    message: problemText(problem),
  }));
  if (more > 0) causes.push({ reason: 'FieldValueInvalid', field: '', message: `and ${more} more problems` });
  const sentences = causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return {
    status: 'Failure',
    code: 422,
    reason: 'Invalid',
    message: sentences.join('; '),
    details: { name, group: kind.group, kind: kind.kind, causes },
  };
}
