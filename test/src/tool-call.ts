import { execFileSync } from 'node:child_process';
import { send, type Answer, type Call } from './send.js';
import { CLI, type Stack } from './stack.js';

const tokens = new Map<string, string>();

/** A token of the development key, made by the command that users make theirs with. */
export function tokenFor(claims: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(claims);
  const known = tokens.get(text);
  if (known !== undefined) return known;
  const token = execFileSync(process.execPath, [CLI, 'token', '--claims', text], { encoding: 'utf8' }).trim();
  tokens.set(text, token);
  return token;
}

export const SUPPORT_CLAIMS = { sub: 'user-1', team: 'support', customer_id: 'c-1' };

export interface ToolCallOptions extends Partial<Omit<Call, 'headers' | 'body'>> {
  readonly tool?: string;
  readonly registry?: string;
  readonly namespace?: string;
  readonly agent?: string;
  /** Undefined: the support user's; null: none. */
  readonly token?: string | null;
  readonly headers?: Call['headers'];
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly contentType?: string | null;
}

/** The headers of a well-formed tool call, with what a test wants different. */
export function toolCall(options: ToolCallOptions): Call {
  const { body, headers = [], token = tokenFor(SUPPORT_CLAIMS), contentType = 'application/json' } = options;
  const named: [string, string][] = [
    ['x-omnia-agent-name', options.agent ?? 'support-agent'],
    ['x-omnia-namespace', options.namespace ?? 'production'],
    ['x-omnia-tool-registry', options.registry ?? 'customer-tools'],
    ['x-omnia-tool-name', options.tool ?? 'process_refund'],
  ];
  const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  return {
    ...options,
    headers: [
      ...named.filter(([, value]) => value !== ''),
      ...(token === null ? [] : ([['authorization', `Bearer ${token}`]] as const)),
      ...(contentType === null ? [] : ([['content-type', contentType]] as const)),
      ...headers,
    ],
    body: raw ? (body ?? '') : JSON.stringify(body),
  };
}

export function callTool(stack: Stack, options: ToolCallOptions): Promise<Answer> {
  return send(stack.url, toolCall(options));
}

/** What the demo tool service received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
}

export function received(answer: Answer): Received {
  return JSON.parse(answer.text) as Received;
}
