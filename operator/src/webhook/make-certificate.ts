// The certificate library's container of algorithms needs this one to be loaded before it.
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import { isIP } from 'node:net';
import { randomBytes, webcrypto } from 'node:crypto';
import type { ServingCertificate } from './serving-certificate.js';

export interface CertificateRequest {
  /** DNS names and IP addresses that the API server may reach the webhook by; at least one. */
  readonly hosts: readonly string[];
  readonly now: Date;
  readonly lifetimeMs: number;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Clocks of the API server and of this process need not agree. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * A serving certificate and the authority that signed it. The authority's key is forgotten at once: an authority signs
 * one certificate, so whoever reads the Secret can not make others.
 */
export async function makeCertificate(request: CertificateRequest): Promise<ServingCertificate> {
  const [first] = request.hosts;
  if (first === undefined) throw new Error('a certificate needs a host');
  const authorityKeys = await generateKeys();
  const keys = await generateKeys();
  const authority = await makeAuthority(request, authorityKeys);
  const certificate = await X509CertificateGenerator.create({
    ...validity(request),
    subject: `CN=${first.slice(0, 64)}`,
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        request.hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
      ),
      await AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  return {
    authority: pem(authority),
    certificate: pem(certificate),
    key: await privateKeyPem(keys.privateKey),
  };
}

async function makeAuthority(
  request: CertificateRequest,
  keys: webcrypto.CryptoKeyPair,
): Promise<X509Certificate> {
  const serial = serialNumber();
  return X509CertificateGenerator.createSelfSigned({
    ...validity(request),
    serialNumber: serial,
    // Each has its own name, so that verifiers which look issuers up by name find the right one.
    name: `CN=omnia-operator webhook ${serial.slice(0, 16)}`,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

function validity({ now, lifetimeMs }: CertificateRequest): {
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
} {
  return {
    serialNumber: serialNumber(),
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
}

/** Positive: the first bit is not set; not zero: the second is. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
