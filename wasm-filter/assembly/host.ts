import {
  proxy_get_buffer_bytes,
  proxy_get_header_map_pairs,
  proxy_get_property,
  proxy_log,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_send_local_response,
} from './env';
import { Slice, slice, sliceOf } from './slice';

/** Everything that this module asks of the proxy. No other file calls the host. */

export const REQUEST_HEADERS: u32 = 0;
export const REQUEST_TRAILERS: u32 = 1;
export const ACTION_CONTINUE: u32 = 0;
export const ACTION_PAUSE: u32 = 1;

const STATUS_OK: u32 = 0;
const STATUS_NOT_FOUND: u32 = 1;
const LOG_ERROR: u32 = 4;
const LOG_CRITICAL: u32 = 5;
const BUFFER_PLUGIN_CONFIGURATION: u32 = 7;
const NO_GRPC_STATUS: i32 = -1;
const SERVICE_UNAVAILABLE: u32 = 503;

/** Where the host writes the address and the size of what it hands over. */
const outData: usize = memory.data(4, 4);
const outBytes: usize = memory.data(4, 4);

function clearOut(): void {
  store<u32>(outData, 0);
  store<u32>(outBytes, 0);
}

function taken(): Slice {
  const size = load<u32>(outBytes);
  return slice(size == 0 ? 0 : load<u32>(outData), size);
}

/** Null when the host refuses. */
export function pluginConfiguration(bytes: u32): Slice | null {
  clearOut();
  const status = proxy_get_buffer_bytes(BUFFER_PLUGIN_CONFIGURATION, 0, bytes, outData, outBytes);
  return status == STATUS_OK ? taken() : null;
}

/** A header map in the host's serialised form, see HeaderPairs; null when the host refuses. */
export function serializedHeaders(map: u32): Slice | null {
  clearOut();
  return proxy_get_header_map_pairs(map, outData, outBytes) == STATUS_OK ? taken() : null;
}

let propertyMissing: bool = false;

/** A property by its path (segments separated by NUL). Null when it is missing, see wasMissing(), or can't be read. */
export function property(path: Slice): Slice | null {
  clearOut();
  const status = proxy_get_property(path.start, path.size, outData, outBytes);
  propertyMissing = status == STATUS_NOT_FOUND;
  return status == STATUS_OK ? taken() : null;
}

/** Whether the last property() found nothing, as opposed to failing. */
export function wasMissing(): bool {
  return propertyMissing;
}

/** Removes every copy of a header. False when the host refuses. */
export function removeHeader(map: u32, name: Slice): bool {
  return proxy_remove_header_map_value(map, name.start, name.size) == STATUS_OK;
}

/** Sets a request header to one value. False when the host refuses. */
export function setRequestHeader(name: Slice, value: Slice): bool {
  const status = proxy_replace_header_map_value(
    REQUEST_HEADERS,
    name.start,
    name.size,
    value.start,
    value.size,
  );
  return status == STATUS_OK;
}

export function logError(message: string): void {
  log(LOG_ERROR, message);
}

/** Answers the request with 503 instead of passing it on, and says why in the log. Gives the action to return. */
export function refuseRequest(reason: string): u32 {
  log(LOG_CRITICAL, 'request refused with 503: ' + reason);
  const details = sliceOf('omnia_filter_refused');
  const body = sliceOf('{"error":"policy_unavailable"}');
  const headers = contentTypeJson();
  const status = proxy_send_local_response(
    SERVICE_UNAVAILABLE,
    details.start,
    details.size,
    body.start,
    body.size,
    headers.start,
    headers.size,
    NO_GRPC_STATUS,
  );
  // Without an answer of ours the request would hang or pass; a trap makes the proxy refuse it.
  if (status != STATUS_OK) unreachable();
  return ACTION_PAUSE;
}

function contentTypeJson(): Slice {
  const headers = sliceOf('____nnnnvvvvcontent-type_application/json_');
  store<u32>(headers.start, 1);
  store<u32>(headers.start + 4, 12);
  store<u32>(headers.start + 8, 16);
  store<u8>(headers.start + 24, 0);
  store<u8>(headers.start + 41, 0);
  return headers;
}

function log(level: u32, message: string): void {
  const text = String.UTF8.encode('omnia-filter: ' + message);
  proxy_log(level, changetype<usize>(text), text.byteLength);
}

/** What the compiler calls when an assertion fails. A trap is recovered by the proxy's failure policy. */
export function abortModule(message: string | null, file: string | null, line: u32, column: u32): void {
  const where = file ? file : '';
  log(
    LOG_CRITICAL,
    'trap: ' + (message ? message : '') + ' at ' + where + ':' + line.toString() + ':' + column.toString(),
  );
  unreachable();
}
