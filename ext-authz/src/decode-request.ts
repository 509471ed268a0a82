import type { HttpToolRequest } from '@omnia-policy/policy';
import { attachmentOf } from './attachment-of.js';
import type { CheckRequest } from './wire/read-check-request.js';

/**
 * Undefined for a message that describes no HTTP request: whoever sent it gets an error, never a decision.
 *
 * @param bufferedBytes as much of a body as Envoy buffers for this filter; 0: nothing
 */
export function decodeRequest(message: CheckRequest, bufferedBytes: number): HttpToolRequest | undefined {
  const { method, path, host, headers, subject, principal } = message;
  if (method === '' || path === '') return undefined;
  const body = bodyOf(message, bufferedBytes);
  headers.delete(PARTIAL_BODY);
  const request: HttpToolRequest = { method, path, host, headers, body, subject, principal };
  const attachment = attachmentOf(message.contextExtensions);
  return attachment === undefined ? request : { ...request, attachment };
}

/** Envoy's mark on what it tells us: it is no header of the call. */
const PARTIAL_BODY = 'x-envoy-auth-partial-body';

function bodyOf(
  { method, headers, body: bytes }: CheckRequest,
  bufferedBytes: number,
): HttpToolRequest['body'] {
  if (bufferedBytes === 0) return { state: 'not-buffered', bytes: NO_BYTES };
  // Envoy does not buffer for upgrades and CONNECT: no bytes does not mean that there is no body.
  if (bytes.length === 0 && (method === 'CONNECT' || headers.has('upgrade'))) {
    return { state: 'not-buffered', bytes };
  }
  const isCut =
    headers.get(PARTIAL_BODY) === 'true' || mayGoOn(bytes, headers.get('content-length'), bufferedBytes);
  return { state: isCut ? 'truncated' : 'whole', bytes };
}

/**
 * Envoy asks as soon as its buffer is full, and does not call that partial although more may come. The request's own
 * word is good for it: no more than content-length says can follow.
 */
function mayGoOn({ length }: Uint8Array, declared: string | undefined, bufferedBytes: number): boolean {
  if (length === bufferedBytes) return declared !== String(length);
  return length > bufferedBytes || (declared !== undefined && Number(declared) > length);
}

const NO_BYTES = new Uint8Array(0);
