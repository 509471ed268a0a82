import { alloc } from './arena';
import { CLAIM_HEADER_PREFIX } from './claims-config';
import { HeaderName, headerName } from './header-names';
import { headerPairs } from './header-pairs';
import { isName, startsWithName } from './header-text';
import { Slice, contains } from './slice';

const COMMA: u8 = 0x2c;

/** A header of which there may be only one, with one value. */
@unmanaged
export class SingleHeader {
  /** Null when the header is absent. */
  value: Slice | null;
  /** Given twice, or with a comma, which is how some hop may have written it twice. */
  doubled: bool;

  /** One value from elsewhere, whatever the request says. */
  set(value: Slice | null): void {
    this.value = value;
    this.doubled = false;
  }

  add(value: Slice): void {
    if (this.value != null || contains(value, COMMA)) this.doubled = true;
    this.value = value;
  }
}

/** What role `claims` needs to know of a request's headers. */
@unmanaged
export class ClaimsRequest {
  /** Every header that looks like one of ours, each copy by itself; only this filter may write those. */
  forged: HeaderName | null;
  namespace: SingleHeader;
  agent: SingleHeader;
  authorization: SingleHeader;
}

/** Null when the host's data is malformed. */
export function claimsRequest(serialized: Slice): ClaimsRequest | null {
  const request = changetype<ClaimsRequest>(alloc(offsetof<ClaimsRequest>()));
  request.forged = null;
  request.namespace = singleHeader();
  request.agent = singleHeader();
  request.authorization = singleHeader();
  const pairs = headerPairs(serialized);
  while (pairs.next()) {
    const name = pairs.name;
    if (startsWithName(name, CLAIM_HEADER_PREFIX)) request.forged = headerName(name, request.forged);
    else if (isName(name, 'authorization')) request.authorization.add(pairs.value);
    else if (isName(name, 'x-omnia-namespace')) request.namespace.add(pairs.value);
    else if (isName(name, 'x-omnia-agent-name')) request.agent.add(pairs.value);
  }
  return pairs.failed ? null : request;
}

function singleHeader(): SingleHeader {
  const header = changetype<SingleHeader>(alloc(offsetof<SingleHeader>()));
  header.value = null;
  header.doubled = false;
  return header;
}
