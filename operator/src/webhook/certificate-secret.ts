import type { KubeObject, ObjectRef } from '@omnia-policy/kube';
import { isCertificate, isIntact, type ServingCertificate } from './serving-certificate.js';

/** What the Secret holds, shared by all replicas. */
export interface StoredCertificates {
  /** The one that is served. */
  readonly current: ServingCertificate;
  /** Made ahead: its authority is trusted before it is served. */
  readonly next?: ServingCertificate;
  /** PEM. Trusted a while longer, for replicas that have not yet seen `current`. */
  readonly previousAuthority?: string;
}

const CURRENT = { authority: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' };
const NEXT = { authority: 'next-ca.crt', certificate: 'next-tls.crt', key: 'next-tls.key' };
const PREVIOUS_AUTHORITY = 'previous-ca.crt';

/** Undefined when the Secret holds no certificate or a broken one: then another is made. */
export function readCertificates(secret: KubeObject): StoredCertificates | undefined {
  const data = readData(secret.data);
  const current = readCertificate(data, CURRENT);
  if (current === undefined) return undefined;
  const next = readCertificate(data, NEXT);
  const previousAuthority = data.get(PREVIOUS_AUTHORITY) ?? '';
  return { current, ...(next && { next }), ...(isCertificate(previousAuthority) && { previousAuthority }) };
}

/** @param existing the Secret that is replaced: its version, labels and type are kept */
export function certificateSecret(
  { namespace, name }: ObjectRef,
  stored: StoredCertificates,
  existing?: KubeObject,
): KubeObject {
  const data = {
    ...writeCertificate(stored.current, CURRENT),
    ...(stored.next && writeCertificate(stored.next, NEXT)),
    ...(stored.previousAuthority !== undefined && { [PREVIOUS_AUTHORITY]: encode(stored.previousAuthority) }),
  };
  if (existing !== undefined) return { ...existing, data };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}

/** The PEM of every authority that the API server must trust, in a stable order. */
export function trustedAuthorities({ current, next, previousAuthority }: StoredCertificates): string {
  return [current.authority, next?.authority ?? '', previousAuthority ?? ''].join('');
}

type Keys = typeof CURRENT;

function readData(data: unknown): Map<string, string> {
  if (typeof data !== 'object' || data === null) return new Map();
  return new Map(
    Object.entries(data).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[key, Buffer.from(value, 'base64').toString('utf8')] as const] : [],
    ),
  );
}

function readCertificate(data: ReadonlyMap<string, string>, keys: Keys): ServingCertificate | undefined {
  const found = {
    authority: data.get(keys.authority) ?? '',
    certificate: data.get(keys.certificate) ?? '',
    key: data.get(keys.key) ?? '',
  };
  return isIntact(found) ? found : undefined;
}

function writeCertificate(certificate: ServingCertificate, keys: Keys): Record<string, string> {
  return {
    [keys.authority]: encode(certificate.authority),
    [keys.certificate]: encode(certificate.certificate),
    [keys.key]: encode(certificate.key),
  };
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
