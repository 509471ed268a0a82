import type { Identity } from './tool-call.js';

const CLAIM_PREFIX = 'x-omnia-claim-';

/**
 * Who calls, from what this hop verified (subject, claim headers) and from what the caller passed on (the rest).
 *
 * @param agent as far as it can be believed
 */
export function readIdentity(headers: ReadonlyMap<string, string>, subject: string, agent: string): Identity {
  return new CallIdentity(headers, subject, agent);
}

/** Claims are collected when they are first asked for: most rules read them as headers. */
class CallIdentity implements Identity {
  readonly origin: string;
  readonly subject: string;
  readonly endUser: string;
  readonly workspace: string;
  readonly agent: string;
  readonly #headers: ReadonlyMap<string, string>;
  #claims: ReadonlyMap<string, string> | undefined;

  constructor(headers: ReadonlyMap<string, string>, subject: string, agent: string) {
    this.origin = headers.get('x-omnia-origin') ?? '';
    this.subject = subject;
    this.endUser = headers.get('x-omnia-user-id') ?? '';
    this.workspace = headers.get('x-omnia-workspace') ?? '';
    this.agent = agent;
    this.#headers = headers;
  }

  get claims(): ReadonlyMap<string, string> {
    this.#claims ??= collectClaims(this.#headers);
    return this.#claims;
  }
}

function collectClaims(headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name.startsWith(CLAIM_PREFIX)) {
      claims.set(name.slice(CLAIM_PREFIX.length).replaceAll('-', '_'), value);
    }
  }
  return claims;
}
