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

/** Removes every claim header that came in, then writes those that the verified token gives. */
export function claimsOnHeaders(config: ClaimsConfig): u32 {
  const serialized = serializedHeaders(REQUEST_HEADERS);
  const request = serialized ? claimsRequest(serialized) : null;
  if (!request) return refuseRequest('the request headers can not be read');
  if (!removeAll(REQUEST_HEADERS, request.forged)) return refuseRequest('a header can not be removed');
  if (!anyMappingApplies(config, request)) return ACTION_CONTINUE;
  const metadata = property(sliceOf('metadata'));
  if (!metadata && !wasMissing()) return refuseRequest('the metadata can not be read');
  if (!metadata) return ACTION_CONTINUE;
  const payload: Slice | null = metadataStruct(metadata, config.namespace, config.key);
  if (metadataMalformed()) return refuseRequest('the metadata is malformed');
  if (!payload) return ACTION_CONTINUE;
  for (let header = mappedClaims(config, request, payload); header; header = header!.next) {
    if (!setRequestHeader(header.name, header.value)) return refuseRequest('a claim header can not be set');
  }
  return ACTION_CONTINUE;
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
