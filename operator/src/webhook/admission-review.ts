import { asRecord, asText } from '../record.js';

/** What the API server asks, as far as it matters here (admission.k8s.io/v1). */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly namespace: string;
  /** Empty where the API server is yet to make one from `generateName`. */
  readonly name: string;
  /** Empty, or for example `status`. */
  readonly subResource: string;
  readonly userName: string;
  /** Undefined for DELETE. */
  readonly object: unknown;
  /** Undefined for CREATE. */
  readonly oldObject: unknown;
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
export const ADMISSION_VERSION = 'admission.k8s.io/v1';

/** A request, or one sentence saying why the value is none. */
export function readAdmissionReview(value: unknown): AdmissionRequest | string {
  const review = asRecord(value);
  if (review.apiVersion !== ADMISSION_VERSION || review.kind !== 'AdmissionReview') {
    return `expected an AdmissionReview of ${ADMISSION_VERSION}`;
  }
  const request = asRecord(review.request);
  const kind = asRecord(request.kind);
  const operation = OPERATIONS.find((known) => known === request.operation);
  if (operation === undefined) return `request.operation must be one of ${OPERATIONS.join(', ')}`;
  const uid = asText(request.uid);
  if (uid === '') return 'request.uid is missing';
  return {
    uid,
    operation,
    kind: { group: asText(kind.group), version: asText(kind.version), kind: asText(kind.kind) },
    namespace: asText(request.namespace),
    name: asText(request.name),
    subResource: asText(request.subResource),
    userName: asText(asRecord(request.userInfo).username),
    object: request.object ?? undefined,
    oldObject: request.oldObject ?? undefined,
  };
}
