import { developmentIssuer, readSigningKey, signToken } from '@omnia-policy/cli';
import type { JsonObject } from '@omnia-policy/policy';
import type { PlannedRequest } from '../generator/load-plan.js';

const TOKEN_LIFETIME_MS = 2 * 3_600_000;

/** A token as users have them, of the development key: about 500 bytes. @param changes claims that differ */
export async function benchToken(changes: JsonObject = {}): Promise<string> {
  const key = await readSigningKey(developmentIssuer.privateKeyFile);
  const { issuer, audience } = developmentIssuer;
  const claims = {
    sub: 'user-4711',
    name: 'Ada Example',
    email: 'ada@customer.example',
    team: 'support',
    customer_id: 'C-1042',
    org: { region: 'eu', unit: 'service', site: 'north' },
    roles: ['agent-user', 'refunds', 'orders'],
    scope: 'openid profile tools:call',
    ...changes,
  };
  return signToken(claims, { key, issuer, audience, expiresInMs: TOKEN_LIFETIME_MS });
}

export interface ToolRequest {
  readonly token: string;
  readonly tool: string;
  readonly path: string;
  readonly body: string;
  readonly expectedStatus: number;
  readonly expectedText?: string;
}

/** The HTTP message of a tool call as an agent's runtime sends it. */
export function toolRequest({ token, tool, path, body, ...expected }: ToolRequest): PlannedRequest {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: tools.example',
    'user-agent: agent-runtime/1.4',
    'accept: application/json',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: Bearer ${token}`,
    'x-omnia-agent-name: support-agent',
    'x-omnia-namespace: production',
    'x-omnia-tool-registry: customer-tools',
    `x-omnia-tool-name: ${tool}`,
    'x-omnia-session-id: 7f1c6f0e-8a43-4df5-9c1d-3a5b8b1f2c11',
    'x-request-id: 0d4b3c2a-1f5e-4a69-8f43-9b6f2f0f7c55',
  ];
  return { text: `${head.join('\r\n')}\r\n\r\n${body}`, ...expected };
}

/** A refund within the rules, as JSON of exactly so many bytes: real fields, then items that fill it up. */
export function refundBody(bytes: number, amount = 42.5): string {
  const refund = { order_id: 'A-10042', amount, currency: 'EUR', reason: 'damaged on arrival' };
  const items: string[] = [];
  const whole = (): string => JSON.stringify({ ...refund, items, note: '' });
  if (bytes <= SMALL_BODY_BYTES) return JSON.stringify(refund);
  while (whole().length + 64 < bytes) items.push(`item ${items.length} of the order, returned`);
  return JSON.stringify({ ...refund, items, note: 'x'.repeat(bytes - whole().length) });
}

/** What a refund without items needs; nothing smaller is made. */
export const SMALL_BODY_BYTES = 100;

/** The calls of a run, taken in turn. All are allowed. */
export function allowedCalls(token: string, bodyBytes: number): readonly PlannedRequest[] {
  const body = refundBody(bodyBytes);
  return [
    { tool: 'check_status', path: '/v1/status' },
    { tool: 'lookup_order', path: '/v1/orders' },
    { tool: 'process_refund', path: '/v1/refund' },
  ].map((call) => toolRequest({ ...call, token, body, expectedStatus: 200 }));
}

/** Calls that must not pass: a refund over the limit, and a tool that is not on the agent's list. */
export function deniedCalls(token: string, bodyBytes: number): readonly PlannedRequest[] {
  return [
    toolRequest({
      ...{ token, tool: 'process_refund', path: '/v1/refund', body: refundBody(bodyBytes, 900) },
      ...{ expectedStatus: 403, expectedText: '"rule":"max-refund-amount"' },
    }),
    toolRequest({
      ...{ token, tool: 'delete_account', path: '/v1/accounts', body: refundBody(bodyBytes) },
      ...{ expectedStatus: 403, expectedText: '"rule":"tool-access"' },
    }),
  ];
}
