import type { IncomingMessage } from 'node:http';
import type { ApiAccess } from '../connection/api-access.js';
import { callApi, openResponse } from '../connection/call-api.js';
import type { ApiRequest } from '../connection/exchange.js';
import { withTimeLimit } from '../connection/time-limit.js';
import type { CallOptions } from '../kube-client.js';
import type { RequestCounter, RequestVerb } from '../request-counts.js';
import type { ResourceKind } from '../resource-kind.js';

/** What all verbs of a client share. */
export interface ApiSession {
  readonly fieldManager: string;
  /** Counts and sends a request, and gives the JSON that answers it. */
  call(request: SessionRequest, options?: CallOptions): Promise<unknown>;
  /** Counts and sends a request whose response is a stream. */
  open(request: SessionRequest, signal: AbortSignal): Promise<IncomingMessage>;
}

export interface SessionRequest extends Omit<ApiRequest, 'what'> {
  readonly verb: RequestVerb;
  readonly kind: ResourceKind;
  /** Which object, for errors. */
  readonly name?: string;
}

export interface SessionOptions {
  readonly access: ApiAccess;
  readonly fieldManager: string;
  readonly counter: RequestCounter;
  readonly timeoutMs: number;
}

export function createApiSession({ access, fieldManager, counter, timeoutMs }: SessionOptions): ApiSession {
  const counted = ({ verb, kind, name = '', ...request }: SessionRequest): ApiRequest => {
    counter.add(verb, kind.kind);
    return { ...request, what: `${verb} ${kind.kind} ${name}`.trim() };
  };
  return {
    fieldManager,
    call: (request, options = {}) =>
      withTimeLimit({ timeoutMs, ...options }, (signal) => callApi(access, counted(request), signal)),
    open: (request, signal) => openResponse(access, counted(request), signal),
  };
}
