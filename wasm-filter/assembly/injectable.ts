import { isName, isToken, startsWithName } from './header-text';
import { Slice } from './slice';

/** Headers that frame the message, say how its body is read, or steer the hop. The policy parser has the same list. */
const RESERVED: StaticArray<string> = [
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
];

/**
 * Whether a decision may remove and set this header. The service that decides checks the same; here it is checked
 * again, because what passes here reaches the tool. Pseudo headers are no tokens.
 */
export function mayInject(name: Slice): bool {
  if (!isToken(name) || startsWithName(name, 'x-omnia-') || startsWithName(name, 'x-envoy-')) return false;
  for (let i = 0; i < RESERVED.length; i++) {
    if (isName(name, RESERVED[i])) return false;
  }
  return true;
}
