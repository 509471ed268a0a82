import { alloc } from './arena';
import { bearerPayload } from './bearer-token';
import { findClaim, findInJson } from './claim-path';
import { claimText } from './claim-text';
import { ClaimRule, ClaimsConfig, Mapping } from './claims-config';
import { ClaimsRequest } from './claims-request';
import { JsonNode } from './json-node';
import { Slice, equals } from './slice';
import { holdsNumber } from './struct-value';

@unmanaged
export class ClaimHeader {
  name: Slice;
  /** Null: the token has no such claim, so nobody's header of this name may stay. */
  value: Slice | null;
  next: ClaimHeader | null;
}

/** Whether any mapping applies: if not, the request's metadata need not be read. */
export function anyMappingApplies(config: ClaimsConfig, request: ClaimsRequest): bool {
  if (request.namespace.doubled || request.agent.doubled || request.authorization.doubled) return false;
  for (let mapping = config.mappings; mapping; mapping = mapping!.next) {
    if (applies(mapping, request)) return true;
  }
  return false;
}

function applies(mapping: Mapping, request: ClaimsRequest): bool {
  const namespace = mapping.namespace;
  if (namespace && !isValue(request.namespace.value, namespace)) return false;
  if (!mapping.agents) return true;
  for (let agent = mapping.agents; agent; agent = agent!.next) {
    if (isValue(request.agent.value, agent.text)) return true;
  }
  return false;
}

function isValue(value: Slice | null, wanted: Slice): bool {
  return value ? equals(value, wanted) : false;
}

let token: JsonNode | null = null;
let tokenRead: bool = false;

/** What the verified payload says of the headers of the mappings that apply; the first rule for a header wins. */
export function mappedClaims(
  config: ClaimsConfig,
  request: ClaimsRequest,
  payload: Slice,
): ClaimHeader | null {
  token = null;
  tokenRead = false;
  const decided = alloc(config.slots);
  memory.fill(decided, 0, config.slots);
  let headers: ClaimHeader | null = null;
  for (let mapping = config.mappings; mapping; mapping = mapping!.next) {
    if (!applies(mapping, request)) continue;
    for (let rule = mapping.rules; rule; rule = rule!.next) {
      if (load<u8>(decided + rule.slot) != 0) continue;
      store<u8>(decided + rule.slot, 1);
      headers = claimHeader(rule.header, ruleValue(rule, config, request, payload), headers);
    }
  }
  return headers;
}

function ruleValue(
  rule: ClaimRule,
  config: ClaimsConfig,
  request: ClaimsRequest,
  payload: Slice,
): Slice | null {
  const claim = findClaim(payload, rule.claim);
  if (!claim) return null;
  const spelled = holdsNumber(claim) ? spelledClaim(request, rule.claim) : null;
  return claimText(claim, spelled, config.maxValueBytes);
}

/** The claim in the token's own text: metadata holds numbers as doubles, which forget how they were written. */
function spelledClaim(request: ClaimsRequest, name: Slice): JsonNode | null {
  if (!tokenRead) {
    const authorization = request.authorization.value;
    token = authorization ? bearerPayload(authorization) : null;
    tokenRead = true;
  }
  const document = token;
  return document ? findInJson(document, name) : null;
}

function claimHeader(name: Slice, value: Slice | null, next: ClaimHeader | null): ClaimHeader {
  const header = changetype<ClaimHeader>(alloc(offsetof<ClaimHeader>()));
  header.name = name;
  header.value = value;
  header.next = next;
  return header;
}
