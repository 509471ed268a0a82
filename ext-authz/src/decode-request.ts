import type { HttpToolRequest } from '@omnia-policy/policy';
import type { CheckRequest, HttpRequestMessage } from './check-messages.js';

export interface DecodeOptions {
  /** Envoy was told to buffer bodies for this filter. */
  readonly isBodyBuffered: boolean;
  /** As much as Envoy buffers; a longer body is not believed to be whole. */
  readonly maxRequestBytes: number;
}

/** Undefined for a message that describes no HTTP request: whoever sent it gets an error, never a decision. */
export function decodeRequest(message: CheckRequest, options: DecodeOptions): HttpToolRequest | undefined {
  const http = message.attributes?.request?.http ?? {};
  const { method = '', path = '', host = '' } = http;
  if (method === '' || path === '') return undefined;
  return {
    method,
    path,
    host,
    headers: headersOf(http),
    body: bodyOf(http, options),
    subject: subjectOf(message),
    ...attachmentOf(message),
  };
}

/** Envoy's mark on what it tells us: it is no header of the call. */
const partialBodyHeader = 'x-envoy-auth-partial-body';
const noBytes = new Uint8Array(0);

function headersOf({ headers = {} }: HttpRequestMessage): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || name === partialBodyHeader) continue;
    read.set(name.toLowerCase(), value);
  }
  return read;
}

function bodyOf(
  { method, headers = {}, body = '', raw_body }: HttpRequestMessage,
  { isBodyBuffered, maxRequestBytes }: DecodeOptions,
): HttpToolRequest['body'] {
  if (!isBodyBuffered) return { state: 'not-buffered', bytes: noBytes };
  // As bytes or as text, whichever Envoy is configured to send.
  const bytes = raw_body ?? Buffer.from(body);
  // Envoy does not buffer for upgrades and CONNECT: no bytes does not mean that there is no body.
  if (bytes.length === 0 && (method === 'CONNECT' || headers.upgrade !== undefined)) {
    return { state: 'not-buffered', bytes };
  }
  const declared = headers['content-length'];
  const isShort = declared !== undefined && Number(declared) > bytes.length;
  if (headers[partialBodyHeader] === 'true' || isShort || bytes.length > maxRequestBytes) {
    return { state: 'truncated', bytes };
  }
  return { state: 'whole', bytes };
}

/** `sub` of the token that Envoy's jwt_authn filter verified. */
function subjectOf({ attributes }: CheckRequest): string {
  const token = attributes?.metadata_context?.filter_metadata?.['envoy.filters.http.jwt_authn'];
  return token?.fields?.payload?.struct_value?.fields?.sub?.string_value ?? '';
}

/** What the operator's attachment says of the destination; a call can not pick another one's policies. */
function attachmentOf({ attributes }: CheckRequest): Pick<HttpToolRequest, 'attachment'> {
  const { omnia_namespace: namespace, omnia_registries: registries } = attributes?.context_extensions ?? {};
  if (namespace === undefined && registries === undefined) return {};
  return {
    attachment: {
      ...(namespace !== undefined && { namespace }),
      ...(registries !== undefined && { registries: registries.split(',').map((name) => name.trim()) }),
    },
  };
}
