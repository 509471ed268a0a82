import { useRequestArena } from './arena';
import { proxy_on_request_headers as filterRequestHeaders } from './callbacks';
import { headerPairs } from './header-pairs';
import { isName } from './header-text';
import { REQUEST_HEADERS, serializedHeaders } from './host';

/** For tests only: the filter, and a trap for every request with the header x-test-trap. Never shipped. */
export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_memory_allocate,
  proxy_on_request_trailers,
} from './callbacks';

export function proxy_on_request_headers(context: u32, headers: u32, endOfStream: u32): u32 {
  useRequestArena();
  const serialized = serializedHeaders(REQUEST_HEADERS);
  if (serialized) {
    const pairs = headerPairs(serialized);
    while (pairs.next()) {
      if (isName(pairs.name, 'x-test-trap')) unreachable();
    }
  }
  return filterRequestHeaders(context, headers, endOfStream);
}
