import { errorText, ServiceError, systemErrorCode } from '@omnia-policy/service/program';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Access } from './api-access.js';

export interface ApiRequest {
  /** For errors, for example `list ToolPolicy`. */
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/api` or `/apis` on, with the query. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly text: string };
}

/** The system notices within some 25 s that the other side is gone without a word. */
const PROBE_AFTER_MS = 15_000;

/**
 * One HTTP request, to the response's headers. Cutting `signal` cuts the connection, then and later.
 * @throws ServiceError `kubernetes-unreachable`
 */
export function exchange(
  access: Access,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = access.server.protocol === 'http:' ? http.request : https.request;
    const outgoing = send(urlOf(access.server, request.path), {
      method: request.method,
      agent: access.agent,
      headers: headersOf(access, request),
      signal,
    });
    outgoing.on('socket', (socket) => socket.setKeepAlive(true, PROBE_AFTER_MS));
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => {
      // The server may close a kept connection at the moment when it is used again; it then has read nothing of it.
      const isStale = outgoing.reusedSocket && systemErrorCode(error) === 'ECONNRESET' && !signal.aborted;
      if (isStale) resolve(exchange(access, request, signal));
      else reject(unreachable(request.what, access.server, signal.aborted ? signal.reason : error));
    });
    outgoing.end(request.body?.text);
  });
}

/** The connection broke after the response had begun. */
export function broken(what: string, cause: unknown): ServiceError {
  return new ServiceError(
    'kubernetes-unreachable',
    `${what}: the connection to the API server broke (${errorText(cause)})`,
    { cause },
  );
}

function unreachable(what: string, server: URL, cause: unknown): ServiceError {
  return new ServiceError(
    'kubernetes-unreachable',
    `${what}: the API server at ${server.host} can not be reached (${errorText(cause)})`,
    { cause },
  );
}

function urlOf(server: URL, path: string): string {
  return server.href.replace(/\/$/, '') + path;
}

function headersOf(access: Access, { accept, body }: ApiRequest): http.OutgoingHttpHeaders {
  const ofBody = body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) };
  return { ...access.headers, accept: accept ?? 'application/json', 'user-agent': 'omnia-policy', ...ofBody };
}
