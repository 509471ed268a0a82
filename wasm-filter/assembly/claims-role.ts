import { ClaimsConfig } from './claims-config';
import { claimsRequest } from './claims-request';
import { HeaderName } from './header-names';
import {
  ACTION_CONTINUE,
  REQUEST_HEADERS,
  REQUEST_TRAILERS,
  property,
  refuseRequest,
  removeHeader,
  serializedHeaders,
  setRequestHeader,
  wasMissing,
} from './host';
import { ClaimHeader, anyMappingApplies, mappedClaims } from './mapped-claims';
import { metadataMalformed, metadataStruct } from './metadata';
import { Slice, sliceOf } from './slice';
import { PEER_TRUSTED, PEER_UNKNOWN, PEER_UNREADABLE, notForwarded, peerTrust } from './trusted-peer';

/** Removes every claim header that came in, save those that a trusted peer forwards, then writes those that the verified token gives. */
export function claimsOnHeaders(config: ClaimsConfig): u32 {
  const serialized = serializedHeaders(REQUEST_HEADERS);
  const request = serialized ? claimsRequest(serialized) : null;
  if (!request) return refuseRequest('the request headers can not be read');
  if (config.agentFromNode) request.agent.set(config.agent);
  const trust = request.forged ? trustIn(config) : PEER_UNKNOWN;
  if (trust == PEER_UNREADABLE) return refuseRequest('the identity of the peer can not be read');
  const isTrusted = trust == PEER_TRUSTED;
  const forged = isTrusted ? notForwarded(request.forged) : request.forged;
  if (!removeAll(REQUEST_HEADERS, forged)) return refuseRequest('a header can not be removed');
  if (!anyMappingApplies(config, request)) return ACTION_CONTINUE;
  const metadata = property(sliceOf('metadata'));
  if (!metadata && !wasMissing()) return refuseRequest('the metadata can not be read');
  if (!metadata) return ACTION_CONTINUE;
  const payload: Slice | null = metadataStruct(metadata, config.namespace, config.key);
  if (metadataMalformed()) return refuseRequest('the metadata is malformed');
  if (!payload) return ACTION_CONTINUE;
  for (let header = mappedClaims(config, request, payload); header; header = header!.next) {
    const value = header!.value;
    if (value) {
      if (!setRequestHeader(header!.name, value)) return refuseRequest('a claim header can not be set');
    } else if (isTrusted && !removeHeader(REQUEST_HEADERS, header!.name)) {
      return refuseRequest('a header can not be removed');
    }
  }
  return ACTION_CONTINUE;
}

function trustIn(config: ClaimsConfig): u32 {
  const peers = config.trustedPeers;
  return peers ? peerTrust(peers) : PEER_UNKNOWN;
}

/** Trailers may reach the tool as headers, so the same names are removed there. */
export function claimsOnTrailers(): u32 {
  const serialized = serializedHeaders(REQUEST_TRAILERS);
  const request = serialized ? claimsRequest(serialized) : null;
  if (!request) return refuseRequest('the request trailers can not be read');
  if (!removeAll(REQUEST_TRAILERS, request.forged)) return refuseRequest('a trailer can not be removed');
  return ACTION_CONTINUE;
}

function removeAll(map: u32, first: HeaderName | null): bool {
  for (let forged = first; forged; forged = forged!.next) {
    if (!removeHeader(map, forged.name)) return false;
  }
  return true;
}
