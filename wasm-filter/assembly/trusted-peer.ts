import { CLAIM_HEADER_PREFIX } from './claims-config';
import { HeaderName, headerName } from './header-names';
import { property, wasMissing } from './host';
import { Slice, sliceOf } from './slice';
import { TextSet, textSet } from './text-set';

export const PEER_UNKNOWN: u32 = 0;
export const PEER_TRUSTED: u32 = 1;
/** The host did not say. */
export const PEER_UNREADABLE: u32 = 2;

/** The first URI of the client's certificate. */
const OF_CERTIFICATE = 'connection/uri_san_peer_certificate';
/** Where the certificate was shown to another listener of the proxy, which ends the mesh's tunnels, it leaves the URI here. */
const OF_TUNNEL = 'filter_state/io.istio.peer_principal';

/** Whether the peer is one of these principals. */
export function peerTrust(trusted: TextSet): u32 {
  let principal = property(pathOf(OF_CERTIFICATE));
  if (!principal && wasMissing()) principal = property(pathOf(OF_TUNNEL));
  if (!principal) return wasMissing() ? PEER_UNKNOWN : PEER_UNREADABLE;
  return trusted.has(principal) ? PEER_TRUSTED : PEER_UNKNOWN;
}

/** A property's path: its two segments are separated by NUL. */
function pathOf(text: string): Slice {
  const path = sliceOf(text);
  store<u8>(path.start + text.indexOf('/'), 0);
  return path;
}

/**
 * Of the claim headers that a trusted peer sent, those that no filter of ours has written: in another spelling than ours,
 * or given more than once.
 */
export function notForwarded(headers: HeaderName | null): HeaderName | null {
  let count: u32 = 0;
  for (let header = headers; header; header = header!.next) count++;
  const seen = textSet(count);
  let removed: HeaderName | null = null;
  for (let header = headers; header; header = header!.next) {
    const name = header!.name;
    if (!isOurSpelling(name) || !seen.add(name)) removed = headerName(name, removed);
  }
  return removed;
}

/** The prefix and at least one of a-z, 0-9 and -, all in lower case, as a proxy hands over what a filter wrote. */
function isOurSpelling(name: Slice): bool {
  const prefixSize = <usize>CLAIM_HEADER_PREFIX.length;
  if (name.size <= prefixSize) return false;
  for (let i: usize = 0; i < prefixSize; i++) {
    if (name.at(i) != <u8>CLAIM_HEADER_PREFIX.charCodeAt(<i32>i)) return false;
  }
  for (let i = prefixSize; i < name.size; i++) {
    const byte = name.at(i);
    const isLetter = byte >= 0x61 && byte <= 0x7a;
    if (!isLetter && !(byte >= 0x30 && byte <= 0x39) && byte != 0x2d) return false;
  }
  return true;
}
