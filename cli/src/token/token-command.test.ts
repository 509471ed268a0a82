import { execFile } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import t from 'tap';
import { developmentIssuer } from '../development-issuer.js';

const program = fileURLToPath(new URL('../../bin/omnia-policy.js', import.meta.url));
const { issuer, audience } = developmentIssuer;
const keySet = createLocalJWKSet(
  JSON.parse(await readFile(developmentIssuer.jwksFile, 'utf8')) as JSONWebKeySet,
);

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function token(...args: readonly string[]): Promise<Output> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [program, 'token', ...args])) };
  } catch (error) {
    return error as Output;
  }
}

t.test('the token is one line, and the key set of the example accepts it', async (t) => {
  const { stdout, stderr } = await token(
    '--claims',
    '{"team":"support","org":{"region":"eu"}}',
    '--expires-in',
    '10m',
  );
  t.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  t.equal(stderr, '');
  const { payload } = await jwtVerify(stdout.trim(), keySet, { issuer, audience });
  t.match(payload, { team: 'support', org: { region: 'eu' } });
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 600);
});

t.test('an hour is the default', async (t) => {
  const { payload } = await jwtVerify((await token('--claims', '{}')).stdout.trim(), keySet);
  t.equal((payload.exp ?? 0) - (payload.iat ?? 0), 3600);
});

t.test('claims win over flags, so that wrong tokens can be made', async (t) => {
  const { stdout } = await token('--claims', '{"exp":1,"iss":"other"}');
  await t.rejects(jwtVerify(stdout.trim(), keySet, { issuer }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  await t.rejects(jwtVerify(stdout.trim(), keySet), { code: 'ERR_JWT_EXPIRED' });
});

t.test('issuer, audience and key can be others', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'omnia-key-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const pair = await generateKeyPair('RS256', { extractable: true });
  const file = join(folder, 'key.json');
  await writeFile(file, JSON.stringify({ ...(await exportJWK(pair.privateKey)), alg: 'RS256' }));
  const { stdout } = await token('--claims', '{}', '--issuer', 'i', '--audience', 'a', '--key', file);
  const { protectedHeader } = await jwtVerify(stdout.trim(), pair.publicKey, { issuer: 'i', audience: 'a' });
  t.strictSame(protectedHeader, { alg: 'RS256', typ: 'JWT' });
  await t.rejects(jwtVerify(stdout.trim(), keySet));
});

const mistakes: readonly [string, readonly string[], RegExp][] = [
  ['claims are missing', [], /--claims .*OMNIA_CLAIMS.*missing-setting/],
  ['claims are no JSON', ['--claims', 'team=support'], /--claims.*JSON object.*invalid-setting/],
  ['claims are an array', ['--claims', '[]'], /--claims.*JSON object.*invalid-setting/],
  [
    'the lifetime has no unit',
    ['--claims', '{}', '--expires-in', '60'],
    /--expires-in.*duration.*invalid-setting/,
  ],
  [
    'the key is not there',
    ['--claims', '{}', '--key', '/no/key'],
    /\/no\/key \(from --key\).*file-unreadable/,
  ],
  [
    'the key is a public set',
    ['--claims', '{}', '--key', developmentIssuer.jwksFile],
    /private key.*file-unreadable/,
  ],
];

for (const [what, args, message] of mistakes) {
  t.test(`one line says it when ${what}`, async (t) => {
    const { code, stdout, stderr } = await token(...args);
    t.equal(code, 1);
    t.equal(stdout, '');
    t.match(stderr, message);
    t.equal(stderr.trim().split('\n').length, 1);
  });
}
