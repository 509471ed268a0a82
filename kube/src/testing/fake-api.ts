import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';

/** An HTTP server that answers as a test says, for what a real API server does not do when it is asked to. */
export interface FakeApi {
  /** File that names it. */
  readonly kubeconfig: string;
  readonly requests: readonly FakeRequest[];
  /** How many connections were made. */
  readonly connections: () => number;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly response: ServerResponse;
  /** Position among all requests. */
  readonly index: number;
}

export type FakeAnswer = (request: FakeRequest) => void;

/** @param user what the kubeconfig says of the user */
export async function startFakeApi(t: Test, answer: FakeAnswer, user: object = {}): Promise<FakeApi> {
  const requests: FakeRequest[] = [];
  let connections = 0;
  const server = createServer((incoming, response) => {
    void read(incoming, response, requests).then(answer);
  });
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port');
  const folder = mkdtempSync(join(tmpdir(), 'omnia-fake-api-'));
  const kubeconfig = join(folder, 'kubeconfig');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  writeFileSync(kubeconfig, kubeconfigText(`http://127.0.0.1:${address.port}`, user));
  return { kubeconfig, requests, connections: () => connections };
}

/** JSON is YAML. */
export function kubeconfigText(server: string, user: object): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export function sendRefusal(response: ServerResponse, status: number, reason: string): void {
  sendJson(response, { kind: 'Status', reason, message: `because ${reason}`, code: status }, status);
}

/** One event of a watch; the response stays open. */
export function sendEvent(response: ServerResponse, type: string, object: unknown): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/json' });
  response.write(`${JSON.stringify({ type, object })}\n`);
}

async function read(
  incoming: IncomingMessage,
  response: ServerResponse,
  requests: FakeRequest[],
): Promise<FakeRequest> {
  const body = await text(incoming);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  const { method = '', headers } = incoming;
  const request = {
    method,
    headers,
    body,
    response,
    path: pathname,
    query: searchParams,
    index: requests.length,
  };
  requests.push(request);
  return request;
}
