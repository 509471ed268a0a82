import type { FilterHost, Header, Outcome } from './filter-host.js';
import { encodeMetadata, type StructObject } from './struct-encoder.js';

export const JWT = { namespace: 'envoy.filters.http.jwt_authn', key: 'payload' };

export interface Rule {
  readonly claim: string;
  readonly header: string;
}

/** A configuration of role claims with one mapping for everyone. */
export function claimsConfig(rules: readonly Rule[], options: { maxValueBytes?: number } = {}): object {
  return { role: 'claims', jwt: JWT, mappings: [{ claims: rules }], ...options };
}

/** The Authorization header with this payload, not signed by anyone. */
export function bearer(payload: string): Header {
  return ['authorization', `Bearer eyJhbGciOiJub25lIn0.${Buffer.from(payload).toString('base64url')}.c2ln`];
}

/** The property `metadata` after jwt_authn has verified a token. */
export function verified(payload: StructObject): Map<string, Buffer> {
  return new Map([
    ['metadata', encodeMetadata({ other: { x: null }, [JWT.namespace]: { [JWT.key]: payload } })],
  ]);
}

/** Sends a request whose verified token has the payload `payload` (JSON) and says what the filter did with it. */
export function sendWithToken(host: FilterHost, root: number, payload: string): Outcome {
  const claims = JSON.parse(payload) as StructObject;
  return host.send(root, { headers: [[':path', '/'], bearer(payload)], properties: verified(claims) });
}

/** The value of the only header of that name; undefined when there is none. */
export function headerOf(outcome: Outcome, name: string): string | undefined {
  const found = outcome.headers.filter(([other]) => other === name);
  if (found.length > 1) throw new Error(`${name} is there ${found.length} times`);
  return found[0]?.[1];
}

/** The names of the claim headers, sorted. */
export function claimHeaders(headers: readonly Header[]): string[] {
  return headers
    .map(([name]) => name)
    .filter((name) => /^x[-_]omnia[-_]claim/i.test(name))
    .sort();
}
