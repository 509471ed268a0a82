import { ServiceError } from '@omnia-policy/service/program';
import type { IncomingMessage } from 'node:http';
import { isRefusal, KubeApiError } from '../kube-api-error.js';
import { pause } from '../pause.js';
import type { ApiAccess } from './api-access.js';
import { broken, exchange, type ApiRequest } from './exchange.js';
import { readRefusal } from './read-refusal.js';

/**
 * Sends a request and waits for the headers of a response that is no refusal. A token that is no longer accepted is read
 * again from where it came, once.
 * @throws KubeApiError | ServiceError `kubernetes-unreachable`
 */
export async function openResponse(
  access: ApiAccess,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await tryOnce(access, request, signal);
  } catch (error) {
    if (!isRefusal(error, UNAUTHORIZED)) throw error;
    await access.renew();
    return await tryOnce(access, request, signal);
  }
}

/**
 * Sends a request and reads the JSON that answers it. While the server says that it is too busy, tries again until
 * `signal` ends.
 * @throws KubeApiError | ServiceError `kubernetes-unreachable`
 */
export async function callApi(access: ApiAccess, request: ApiRequest, signal: AbortSignal): Promise<unknown> {
  for (;;) {
    try {
      const response = await openResponse(access, request, signal);
      return await readJson(response, request);
    } catch (error) {
      const waitMs = error instanceof KubeApiError ? error.retryAfterMs : undefined;
      if (waitMs === undefined) throw error;
      await pause(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

const UNAUTHORIZED = 401;

async function tryOnce(
  access: ApiAccess,
  request: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await exchange(await access.current(), request, signal);
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  const text = await readText(response, request);
  throw new KubeApiError(request.what, readRefusal(statusCode, text, response.headers['retry-after']));
}

async function readJson(response: IncomingMessage, request: ApiRequest): Promise<unknown> {
  const text = await readText(response, request);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notKubernetes(request.what, cause);
  }
}

async function readText(response: IncomingMessage, { what }: ApiRequest): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw broken(what, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What answered is something else than an API server: a proxy's page, for example. */
export function notKubernetes(what: string, cause?: unknown): ServiceError {
  return new ServiceError('kubernetes-unreachable', `${what}: what answered is no Kubernetes API server`, {
    cause,
  });
}
