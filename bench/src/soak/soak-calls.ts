import { benchToken, refundBody, SMALL_BODY_BYTES, toolRequest } from '../chain/bench-call.js';
import type { PlannedRequest } from '../generator/load-plan.js';

export interface SoakTokens {
  readonly usual: string;
  /** A long list, a fraction, and a text that is too long for a header: 12 KiB in all. */
  readonly large: string;
}

export async function soakTokens(): Promise<SoakTokens> {
  const roles = Array.from({ length: 100 }, (_, index) => `role-${index}-of-the-directory`);
  return {
    usual: await benchToken(),
    large: await benchToken({ roles, customer_id: 0.1 + 0.2, team: 'x'.repeat(6000) }),
  };
}

/** What both roles of the filter do something about; every call passes. */
export function soakCalls({ usual, large }: SoakTokens): readonly PlannedRequest[] {
  const call = { tool: 'process_refund', path: '/v1/refund', body: refundBody(SMALL_BODY_BYTES) };
  const withToken = (token: string): PlannedRequest =>
    toolRequest({ ...call, token, expectedStatus: 200, expectedText: '"ok":true' });
  const withoutToken = withToken('').text.replace('authorization: Bearer \r\n', '');
  return [
    withToken(usual),
    withHeaders(withToken(usual), FORGED_HEADERS),
    withToken(large),
    { ...withToken(usual), text: withoutToken },
    withHeaders({ ...withToken(usual), text: withoutToken }, FORGED_HEADERS),
  ];
}

export const FORGED_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['x-omnia-claim-team', 'forged'],
  ['X-Omnia-Claim-Team', 'forged'],
  ['x-omnia-claim-unmapped', 'forged'],
  ['x-processed-by', 'forged'],
];

function withHeaders(request: PlannedRequest, headers: typeof FORGED_HEADERS): PlannedRequest {
  const lines = headers.map(([name, value]) => `\r\n${name}: ${value}`).join('');
  return { ...request, text: request.text.replace('\r\n\r\n', `${lines}\r\n\r\n`) };
}
