import type { HttpToolRequest } from '@omnia-policy/policy';
import type { CheckRequest } from './check-messages.js';

export interface DecodeOptions {
  /** Envoy was told to buffer bodies for this filter. */
  readonly isBodyBuffered: boolean;
  /** As much as Envoy buffers; a longer body is not believed to be whole. */
  readonly maxRequestBytes: number;
}

/** Undefined for a message that describes no HTTP request: whoever sent it gets an error, never a decision. */
export function decodeRequest(message: CheckRequest, options: DecodeOptions): HttpToolRequest | undefined {
  const { method, path, host, headers: received, subject } = message;
  if (method === '' || path === '' || received === undefined) return undefined;
  return {
    method,
    path,
    host,
    headers: headersOf(received),
    body: bodyOf({ method, headers: received, body: message.body }, options),
    subject,
    ...attachmentOf(message.contextExtensions),
  };
}

/** Envoy's mark on what it tells us: it is no header of the call. */
const partialBodyHeader = 'x-envoy-auth-partial-body';
const noBytes = new Uint8Array(0);

function headersOf(received: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of received) {
    if (name.startsWith(':') || name === partialBodyHeader) continue;
    headers.set(name.toLowerCase(), value);
  }
  return headers;
}

interface ReceivedBody {
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

function bodyOf(
  { method, headers, body: bytes }: ReceivedBody,
  { isBodyBuffered, maxRequestBytes }: DecodeOptions,
): HttpToolRequest['body'] {
  if (!isBodyBuffered) return { state: 'not-buffered', bytes: noBytes };
  // Envoy does not buffer for upgrades and CONNECT: no bytes does not mean that there is no body.
  if (bytes.length === 0 && (method === 'CONNECT' || headers.has('upgrade')))
    return { state: 'not-buffered', bytes };
  const declared = headers.get('content-length');
  const isShort = declared !== undefined && Number(declared) > bytes.length;
  if (headers.get(partialBodyHeader) === 'true' || isShort || bytes.length > maxRequestBytes) {
    return { state: 'truncated', bytes };
  }
  return { state: 'whole', bytes };
}

/** What the operator's attachment says of the destination; a call can not pick another one's policies. */
function attachmentOf(extensions: ReadonlyMap<string, string>): Pick<HttpToolRequest, 'attachment'> {
  const namespace = extensions.get('omnia_namespace');
  const registries = extensions.get('omnia_registries');
  if (namespace === undefined && registries === undefined) return {};
  return {
    attachment: {
      ...(namespace !== undefined && { namespace }),
      ...(registries !== undefined && { registries: registries.split(',').map((name) => name.trim()) }),
    },
  };
}
