import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import type { SigningKey } from './key-files.js';

export interface TokenOptions {
  readonly key: SigningKey;
  readonly issuer: string;
  readonly audience: string;
  readonly expiresInMs: number;
}

/** A signed JWT. A claim that `claims` names itself (`exp`, `iss`) wins, so that wrong tokens can be made as well. */
export function signToken(
  claims: JWTPayload,
  { key, issuer, audience, expiresInMs }: TokenOptions,
): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const payload: JWTPayload = {
    iss: issuer,
    aud: audience,
    iat: nowSeconds,
    exp: nowSeconds + Math.ceil(expiresInMs / 1000),
    ...claims,
  };
  const header = { alg: key.algorithm, typ: 'JWT', ...(key.id === '' ? {} : { kid: key.id }) };
  return new SignJWT(payload).setProtectedHeader(header).sign(key.key);
}
