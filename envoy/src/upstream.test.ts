import t from 'tap';
import { parseUpstream } from './index.js';

const tls = { trustedCaFile: '/ca.pem' };

const accepted = [
  ['http://127.0.0.1:8080', { host: '127.0.0.1', port: 8080, protocol: 'http1' }],
  ['http://127.0.0.1:8080/', { host: '127.0.0.1', port: 8080, protocol: 'http1' }],
  ['http://tools', { host: 'tools', port: 80, protocol: 'http1' }],
  ['https://tools.example.com', { host: 'tools.example.com', port: 443, protocol: 'http1', tls }],
  ['https://[::1]:8443', { host: '::1', port: 8443, protocol: 'http1', tls }],
] as const;

for (const [text, upstream] of accepted) {
  t.strictSame(parseUpstream(new URL(text), '/ca.pem'), { ok: true, upstream }, `${text} is understood`);
}

const refused = [
  ['ftp://tools', /neither http nor https/],
  ['http://tools/v1', /end after the port/],
  ['http://tools?x=1', /end after the port/],
  ['http://user:secret@tools', /user or a password/],
] as const;

for (const [text, message] of refused) {
  const result = parseUpstream(new URL(text), '/ca.pem');
  t.equal(result.ok, false, `${text} is refused`);
  if (!result.ok) {
    t.match(result.message, message);
    t.notMatch(result.message, /secret/);
  }
}
