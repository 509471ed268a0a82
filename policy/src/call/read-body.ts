import { countWrittenKeys, measureJson } from './measure-json.js';
import type { JsonObject, JsonValue } from './json.js';
import { readForm } from './read-form.js';
import type { UnreadableReason } from './tool-call.js';

/** The bytes as Envoy handed them over. */
export interface RawBody {
  /** `truncated`: larger than Envoy buffers; `not-buffered`: Envoy was not asked to show bodies. */
  readonly state: 'whole' | 'truncated' | 'not-buffered';
  readonly bytes: Uint8Array;
}

/** Any JSON value, or why there is none. Arrays and scalars are told apart later: an array may be an MCP batch. */
export type ReadBody =
  | { readonly state: 'json'; readonly value: JsonValue; readonly type: 'json' | 'form' }
  | { readonly state: 'unreadable'; readonly reason: UnreadableReason };

/** The longest body that is read: no setting may promise more. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
const EMPTY: ReadBody = { state: 'json', value: {}, type: 'json' };

/** What another parser could read differently (duplicate keys, lone surrogates, 1e999) is unreadable. */
export function readBody(body: RawBody, headers: ReadonlyMap<string, string>): ReadBody {
  if (body.state !== 'whole') return unreadable(body.state);
  if (body.bytes.length === 0) return EMPTY;
  if (body.bytes.length > MAX_BODY_BYTES) return unreadable('too-large');
  const format = bodyFormat(headers);
  if (format === 'unsupported') return unreadable('unsupported-content-type');
  const text = decodeUtf8(body.bytes);
  if (text === undefined) return unreadable(format === 'form' ? 'invalid-form' : 'invalid-json');
  return format === 'form' ? readForm(text) : readJson(text);
}

const UTF8_CHARSET = /^charset="?(utf-8|us-ascii)"?$/;

function bodyFormat(headers: ReadonlyMap<string, string>): 'json' | 'form' | 'unsupported' {
  const encoding = headers.get('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return 'unsupported';
  const contentType = headers.get('content-type');
  if (contentType === undefined || contentType === 'application/json') return 'json';
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (parameters.some((parameter) => parameter.startsWith('charset') && !UTF8_CHARSET.test(parameter))) {
    return 'unsupported';
  }
  if (type === 'application/json' || /^[a-z]+\/[a-z0-9.!#$&^_-]+\+json$/.test(type)) return 'json';
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'unsupported';
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function readJson(text: string): ReadBody {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return unreadable('invalid-json');
  }
  const { keys, reason } = measureJson(value);
  if (reason) return unreadable(reason);
  if (keys !== countWrittenKeys(text)) return unreadable('duplicate-keys');
  // Only an escape can write a lone surrogate, which other parsers replace or refuse.
  if (text.includes('\\u') && hasLoneSurrogate(value)) return unreadable('invalid-json');
  return { state: 'json', value, type: 'json' };
}

function hasLoneSurrogate(value: JsonValue): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value as JsonObject).some(
    ([key, child]) => hasLoneSurrogate(key) || hasLoneSurrogate(child),
  );
}

function unreadable(reason: UnreadableReason): ReadBody {
  return { state: 'unreadable', reason };
}
