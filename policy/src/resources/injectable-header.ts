import { report, type Field } from './field.js';

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Headers that frame the message or steer the hop: writing them would change what was decided about. */
const FORBIDDEN = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
]);
const FORBIDDEN_PREFIXES = ['x-omnia-', 'x-envoy-'];

/** Reports a name that no policy may inject (design 4.10). `_` counts as `-`: some servers read them as one. */
export function checkInjectableHeader(field: Field, name: string): void {
  if (!TOKEN.test(name)) {
    report(field, 'not-allowed', `${field.path} is not a header name: "${name}" (RFC 9110 token expected)`);
    return;
  }
  const folded = name.toLowerCase().replaceAll('_', '-');
  if (FORBIDDEN.has(folded) || FORBIDDEN_PREFIXES.some((prefix) => folded.startsWith(prefix))) {
    report(
      field,
      'not-allowed',
      `${field.path} may not be injected: ${name} belongs to the transport or to the mesh`,
    );
  }
}
