import type { HttpToolRequest } from '@omnia-policy/policy';
import type { CheckRequest } from './wire/read-check-request.js';

export interface DecodeOptions {
  /** Envoy was told to buffer bodies for this filter. */
  readonly isBodyBuffered: boolean;
  /** As much as Envoy buffers; a longer body is not believed to be whole. */
  readonly maxRequestBytes: number;
}

/** Undefined for a message that describes no HTTP request: whoever sent it gets an error, never a decision. */
export function decodeRequest(message: CheckRequest, options: DecodeOptions): HttpToolRequest | undefined {
  const { method, path, host, headers, subject } = message;
  if (method === '' || path === '') return undefined;
  const body = bodyOf(message, options);
  headers.delete(PARTIAL_BODY);
  const request: HttpToolRequest = { method, path, host, headers, body, subject };
  const attachment = attachmentOf(message);
  return attachment === undefined ? request : { ...request, attachment };
}

/** Envoy's mark on what it tells us: it is no header of the call. */
const PARTIAL_BODY = 'x-envoy-auth-partial-body';

function bodyOf(
  { method, headers, body: bytes }: CheckRequest,
  { isBodyBuffered, maxRequestBytes }: DecodeOptions,
): HttpToolRequest['body'] {
  if (!isBodyBuffered) return { state: 'not-buffered', bytes: NO_BYTES };
  // Envoy does not buffer for upgrades and CONNECT: no bytes does not mean that there is no body.
  if (bytes.length === 0 && (method === 'CONNECT' || headers.has('upgrade'))) {
    return { state: 'not-buffered', bytes };
  }
  const declared = headers.get('content-length');
  const isShort = declared !== undefined && Number(declared) > bytes.length;
  if (headers.get(PARTIAL_BODY) === 'true' || isShort || bytes.length > maxRequestBytes) {
    return { state: 'truncated', bytes };
  }
  return { state: 'whole', bytes };
}

const NO_BYTES = new Uint8Array(0);

/** What the operator's attachment says of the destination; a call can not pick another one's policies. */
function attachmentOf({ contextExtensions }: CheckRequest): HttpToolRequest['attachment'] {
  const namespace = contextExtensions.get('omnia_namespace');
  const registries = contextExtensions.get('omnia_registries');
  if (namespace === undefined && registries === undefined) return undefined;
  return {
    ...(namespace !== undefined && { namespace }),
    ...(registries !== undefined && { registries: registries.split(',').map((name) => name.trim()) }),
  };
}
