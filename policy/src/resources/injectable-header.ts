import { report, type Field } from './field.js';

export const INJECTABLE_HEADER_MAX_LENGTH = 256;

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * Headers that frame the message, say how its body is read, or steer the hop: writing them would change what was
 * decided about. The filter has the same list.
 */
const FORBIDDEN = new Set([
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
]);
const FORBIDDEN_PREFIXES = ['x-omnia-', 'x-envoy-'];

/** `_` counts as `-`: some servers read them as one. */
export function foldHeaderName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

export function isInjectableHeader(name: string): boolean {
  const folded = foldHeaderName(name);
  return (
    name.length <= INJECTABLE_HEADER_MAX_LENGTH &&
    TOKEN.test(name) &&
    !FORBIDDEN.has(folded) &&
    !FORBIDDEN_PREFIXES.some((prefix) => folded.startsWith(prefix))
  );
}

/** Reports a name that no policy may inject. */
export function checkInjectableHeader(field: Field, name: string): void {
  if (!TOKEN.test(name)) {
    report(field, 'not-allowed', `${field.path} is not a header name: "${name}" (RFC 9110 token expected)`);
  } else if (!isInjectableHeader(name)) {
    report(
      field,
      'not-allowed',
      `${field.path} may not be injected: ${name} belongs to the transport or to the mesh`,
    );
  }
}
