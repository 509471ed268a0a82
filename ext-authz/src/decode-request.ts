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
  const { attributes } = message;
  const http = attributes?.request?.http;
  if (http?.method === undefined || http.path === undefined) return undefined;
  const headers = readHeaders(http.headers ?? {});
  return {
    method: http.method,
    path: http.path,
    host: http.host ?? '',
    headers,
    body: readBody(http, headers, options),
    subject:
      attributes?.metadata_context?.filter_metadata?.[jwtNamespace]?.fields?.[jwtKey]?.struct_value?.fields
        ?.sub?.string_value ?? '',
    ...readAttachment(attributes?.context_extensions),
  };
}

/** Where Envoy's jwt_authn filter puts the payload of the token that it verified. */
const jwtNamespace = 'envoy.filters.http.jwt_authn';
const jwtKey = 'payload';
const partialBodyHeader = 'x-envoy-auth-partial-body';
const noBytes = new Uint8Array(0);

function readHeaders(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const name of Object.keys(headers)) {
    // Envoy adds its mark to what it tells us, not to the request: it is no header of the call.
    if (name.startsWith(':') || name === partialBodyHeader) continue;
    read.set(name.toLowerCase(), headers[name] ?? '');
  }
  return read;
}

function readBody(
  http: HttpRequestMessage,
  headers: ReadonlyMap<string, string>,
  { isBodyBuffered, maxRequestBytes }: DecodeOptions,
): HttpToolRequest['body'] {
  if (!isBodyBuffered) return { state: 'not-buffered', bytes: noBytes };
  const bytes = http.raw_body ?? (http.body === undefined ? noBytes : Buffer.from(http.body));
  // Envoy does not buffer for upgrades and CONNECT: no bytes does not mean that there is no body.
  if (bytes.length === 0 && (http.method === 'CONNECT' || headers.has('upgrade'))) {
    return { state: 'not-buffered', bytes };
  }
  const declared = headers.get('content-length');
  const isShort = declared !== undefined && Number(declared) > bytes.length;
  if (http.headers?.[partialBodyHeader] === 'true' || isShort || bytes.length > maxRequestBytes)
    return { state: 'truncated', bytes };
  return { state: 'whole', bytes };
}

/** What the operator's attachment says of the destination; a call can not pick another one's policies. */
function readAttachment(
  extensions: Readonly<Record<string, string>> | undefined,
): Pick<HttpToolRequest, 'attachment'> {
  const namespace = extensions?.omnia_namespace;
  const registries = extensions?.omnia_registries;
  if (namespace === undefined && registries === undefined) return {};
  return {
    attachment: {
      ...(namespace !== undefined && { namespace }),
      ...(registries !== undefined && { registries: registries.split(',').map((name) => name.trim()) }),
    },
  };
}
