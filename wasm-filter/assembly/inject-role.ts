import { namesHeader } from './header-names';
import { headerPairs } from './header-pairs';
import { sameName } from './header-text';
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
import { InjectConfig } from './inject-config';
import { InjectDecision, injectDecision } from './inject-decision';
import { JsonNode } from './json-node';
import { Slice } from './slice';

/** Removes what came in under the names that policies inject, then writes what the decision says. */
export function injectOnHeaders(config: InjectConfig): u32 {
  const action = strip(config, REQUEST_HEADERS);
  if (action != ACTION_CONTINUE) return action;
  const decided = decision;
  if (!decided) return ACTION_CONTINUE;
  for (let header = decided.set; header; header = header!.next) {
    const name = header.child;
    const value = name ? name.next : null;
    if (!name || !value || !setRequestHeader(name.text, value.text))
      return refuseRequest('a header can not be set');
  }
  return ACTION_CONTINUE;
}

export function injectOnTrailers(config: InjectConfig): u32 {
  return strip(config, REQUEST_TRAILERS);
}

/** Null: ext_authz was not asked, or failed and was configured to let the request pass. */
let decision: InjectDecision | null = null;

function strip(config: InjectConfig, map: u32): u32 {
  decision = null;
  const text = property(config.decision);
  if (!text && !wasMissing()) return refuseRequest('the decision can not be read');
  if (text) {
    decision = injectDecision(text);
    if (!decision) return refuseRequest('the decision is malformed');
  }
  const decided = decision;
  const remove = decided ? decided.remove : config.removeWithoutDecision;
  const set = decided ? decided.set : null;
  return remove || set ? removeNamed(map, remove, set) : ACTION_CONTINUE;
}

function removeNamed(map: u32, remove: JsonNode | null, set: JsonNode | null): u32 {
  const serialized = serializedHeaders(map);
  if (!serialized) return refuseRequest('the request headers can not be read');
  const pairs = headerPairs(serialized);
  while (pairs.next()) {
    if (!namesHeader(remove, pairs.name) && !setsHeader(set, pairs.name)) continue;
    if (!removeHeader(map, pairs.name)) return refuseRequest('a header can not be removed');
  }
  return pairs.failed ? refuseRequest('the request headers are malformed') : ACTION_CONTINUE;
}

function setsHeader(set: JsonNode | null, name: Slice): bool {
  for (let header = set; header; header = header!.next) {
    const own = header.child;
    if (own && sameName(own.text, name)) return true;
  }
  return false;
}
