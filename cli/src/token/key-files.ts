import { readFile } from 'node:fs/promises';
import { errorText, ServiceError } from '@omnia-policy/service/program';
import { importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { developmentIssuer } from '../development-issuer.js';

export interface SigningKey {
  readonly key: CryptoKey;
  readonly algorithm: string;
  /** `kid` of the JWK; empty when it has none. */
  readonly id: string;
}

/** @throws ServiceError `file-unreadable` when the file holds no private key as a JWK with `alg`. */
export async function readSigningKey(file: string): Promise<SigningKey> {
  const jwk = (await readJson(file, '--key')) as JWK | null;
  const { alg, kid = '', d } = jwk ?? {};
  if (jwk === null || alg === undefined || d === undefined) {
    throw new ServiceError(
      'file-unreadable',
      `${file} (from --key) must be a private key as a JWK with "alg".`,
    );
  }
  try {
    const key = await importJWK(jwk, alg);
    if (key instanceof Uint8Array) throw new TypeError('it is a secret, not a private key');
    return { key, algorithm: alg, id: kid };
  } catch (cause) {
    throw new ServiceError('file-unreadable', `${file} (from --key) is no usable key: ${errorText(cause)}`, {
      cause,
    });
  }
}

/**
 * The text of a JWK set.
 *
 * @throws ServiceError `file-unreadable` when it holds no keys.
 */
export async function readKeySet(file: string): Promise<string> {
  const value = await readJson(file, '--jwks');
  if (keysOf(value).length > 0) return JSON.stringify(value);
  throw new ServiceError(
    'file-unreadable',
    `${file} (from --jwks) must be a JWK set: {"keys": [...]} with a key.`,
  );
}

/** Whether whoever knows the example's private key can sign tokens that this key set accepts. */
export async function acceptsDevelopmentKey(keySet: string): Promise<boolean> {
  const [developmentKey] = keysOf(await readJson(developmentIssuer.jwksFile, '--jwks'));
  return keysOf(JSON.parse(keySet)).some(({ x, y }) => x === developmentKey?.x && y === developmentKey?.y);
}

function keysOf(value: unknown): readonly JWK[] {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys))
    return [];
  return value.keys.filter((key): key is JWK => typeof key === 'object' && key !== null);
}

async function readJson(file: string, flag: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new ServiceError('file-unreadable', `${file} (from ${flag}) can't be read: ${errorText(cause)}`, {
      cause,
    });
  }
}
