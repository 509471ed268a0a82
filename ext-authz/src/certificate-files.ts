import { errorText, ServiceError } from '@omnia-policy/service';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** Paths of PEM files. With `clientCa`, clients must show a certificate that it signed. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
}

export interface TlsContents {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
}

/** @throws ServiceError `certificates-unreadable` */
export function readCertificates(files: TlsFiles): TlsContents {
  try {
    const contents: TlsContents = {
      cert: readFileSync(files.cert),
      key: readFileSync(files.key),
      clientCa: files.clientCa === undefined ? undefined : readFileSync(files.clientCa),
    };
    verify(contents);
    return contents;
  } catch (cause) {
    throw new ServiceError(
      'certificates-unreadable',
      `the TLS files can not be used (${errorText(cause)}). Give PEM files that belong together with --tls-cert, --tls-key and --tls-client-ca.`,
      { cause },
    );
  }
}

export type Reread =
  | { readonly kind: 'changed'; readonly contents: TlsContents }
  | { readonly kind: 'same' }
  | { readonly kind: 'fault'; readonly reason: string };

/** Reads the files again; `fault` also while only one of two that belong together was written. */
export async function rereadCertificates(files: TlsFiles, before: TlsContents): Promise<Reread> {
  try {
    const contents: TlsContents = {
      cert: await readFile(files.cert),
      key: await readFile(files.key),
      clientCa: files.clientCa === undefined ? undefined : await readFile(files.clientCa),
    };
    if (isSame(contents, before)) return { kind: 'same' };
    verify(contents);
    return { kind: 'changed', contents };
  } catch (error) {
    return { kind: 'fault', reason: errorText(error) };
  }
}

function isSame(a: TlsContents, b: TlsContents): boolean {
  return (
    a.cert.equals(b.cert) &&
    a.key.equals(b.key) &&
    (a.clientCa === undefined || b.clientCa === undefined || a.clientCa.equals(b.clientCa))
  );
}

/** Throws what Node's TLS says when the contents can't be used. */
function verify({ cert, key, clientCa }: TlsContents): void {
  createSecureContext({ cert, key, ca: clientCa });
  if (clientCa !== undefined) new X509Certificate(clientCa);
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the key does not belong to the certificate');
  }
}
