import type { Identity } from './tool-call.js';

const CLAIM_PREFIX = 'x-omnia-claim-';

/** Who calls, from what this hop verified (subject, claim headers) and from what the caller passed on (the rest). */
export function readIdentity(headers: ReadonlyMap<string, string>, subject: string): Identity {
  const claims = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name.startsWith(CLAIM_PREFIX))
      claims.set(name.slice(CLAIM_PREFIX.length).replaceAll('-', '_'), value);
  }
  return {
    origin: headers.get('x-omnia-origin') ?? '',
    subject,
    endUser: headers.get('x-omnia-user-id') ?? '',
    workspace: headers.get('x-omnia-workspace') ?? '',
    agent: headers.get('x-omnia-agent-name') ?? '',
    claims,
  };
}
