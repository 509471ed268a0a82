import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** What one generation of the webhook's TLS consists of. All PEM. */
export interface ServingCertificate {
  /** The authority that signed `certificate`, and nothing else. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export interface Validity {
  readonly fromMs: number;
  /** Unix time in milliseconds. */
  readonly untilMs: number;
}

/** Whether the parts are PEM and belong together. */
export function isIntact({ authority, certificate, key }: ServingCertificate): boolean {
  try {
    const issuer = new X509Certificate(authority);
    const served = new X509Certificate(certificate);
    return served.checkPrivateKey(createPrivateKey(key)) && served.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Whether a text begins with a certificate in PEM. */
export function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).validTo !== '';
  } catch {
    return false;
  }
}

/** @throws when the certificate is not PEM; see {@link isIntact} */
export function validityOf({ certificate }: ServingCertificate): Validity {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
}

/** @throws when the certificate is not PEM; see {@link isIntact} */
export function isExpired(certificate: string, nowMs: number): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) <= nowMs;
}

/** @throws when the certificate is not PEM; see {@link isIntact} */
export function covers({ certificate }: ServingCertificate, hosts: readonly string[]): boolean {
  const served = new X509Certificate(certificate);
  return hosts.every(
    (host) => (isIP(host) === 0 ? served.checkHost(host) : served.checkIP(host)) !== undefined,
  );
}
