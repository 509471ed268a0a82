import { createHmac, createPublicKey, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT, startStack, type Stack } from '../stack.js';
import { callTool, received, SUPPORT_CLAIMS, tokenFor, type ToolCallOptions } from '../tool-call.js';

const CLAIM_HEADERS = /^x[-_]omnia[-_]claim[-_]/i;

/** With claims of the user's token, whatever the request says. */
const EXPECTED = { 'x-omnia-claim-team': 'support', 'x-omnia-claim-customer-id': 'c-1' };

async function claimHeadersAtTool(stack: Stack, options: ToolCallOptions): Promise<Record<string, unknown>> {
  const answer = await callTool(stack, { tool: 'lookup_order', body: {}, ...options });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const { headers } = received(answer);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => CLAIM_HEADERS.test(name)));
}

// All lines of defence together. What the claims filter removes by itself: cli/src/run/claims-strip.test.ts.
t.test('forged claim headers never reach the tool', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());
  const forgeries: [name: string, headers: [string, string][]][] = [
    [
      'doubled',
      [
        ['x-omnia-claim-team', 'admin'],
        ['x-omnia-claim-team', 'root'],
      ],
    ],
    ['in capitals', [['X-OMNIA-CLAIM-TEAM', 'admin']]],
    [
      'mixed case',
      [
        ['X-Omnia-Claim-Team', 'admin'],
        ['x-oMNIA-cLAIM-customer-ID', 'c-2'],
      ],
    ],
    [
      'with underscores',
      [
        ['x_omnia_claim_team', 'admin'],
        ['X-Omnia_Claim-Team', 'admin'],
      ],
    ],
    [
      'another name',
      [
        ['x-omnia-claim-role', 'admin'],
        ['x-omnia-claim-', 'empty'],
      ],
    ],
    ['empty', [['x-omnia-claim-team', '']]],
  ];
  for (const [name, headers] of forgeries)
    t.same(await claimHeadersAtTool(stack, { headers }), EXPECTED, name);
  t.same(
    await claimHeadersAtTool(stack, {
      trailers: [
        ['x-omnia-claim-team', 'admin'],
        ['X_Omnia_Claim_Role', 'admin'],
      ],
    }),
    EXPECTED,
    'in trailers',
  );

  t.test(
    'a forged x-processed-by is replaced, and removed from calls that the policy does not select',
    async (t) => {
      const headers: [string, string][] = [
        ['x-processed-by', 'admin'],
        ['X-Processed-By', 'root'],
      ];
      const body = { amount: 1, reason: 'x' };
      t.equal(received(await callTool(stack, { headers, body })).headers['x-processed-by'], 'support');
      const trailers: [string, string][] = [['x-processed-by', 'admin']];
      const trailing = received(await callTool(stack, { trailers, body }));
      t.equal(trailing.headers['x-processed-by'], 'support', 'in a trailer');
      const other = received(await callTool(stack, { tool: 'lookup_order', headers, body }));
      t.same(other.headers['x-processed-by'], ['admin', 'root'], 'no policy speaks of it there: it passes');
    },
  );
});

t.test('only tokens of the configured issuer, key and audience are believed', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());
  const valid = tokenFor(SUPPORT_CLAIMS);
  const [header = '', payload = '', signature = ''] = valid.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const withClaims = (changes: object): string =>
    `${header}.${encode({ ...claims, ...changes })}.${signature}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = (text: string): string =>
    `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  const hmac = (text: string, key: string): string =>
    `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  const jwks = JSON.parse(
    readFileSync(join(ROOT, 'manifests/examples/development-key/jwks.json'), 'utf8'),
  ) as {
    keys: JsonWebKey[];
  };
  const trusted = createPublicKey({ key: jwks.keys[0] ?? {}, format: 'jwk' });
  const pem = trusted.export({ type: 'spki', format: 'pem' }).toString();
  const forged: [name: string, token: string][] = [
    ['alg none', `${encode({ alg: 'none' })}.${payload}.`],
    ['claims changed', withClaims({ team: 'admin' })],
    ['wrong key', signed(`${header}.${payload}`)],
    ['HMAC with a public key', hmac(`${encode({ alg: 'HS256', typ: 'JWT' })}.${payload}`, pem)],
    ['expired', tokenFor({ ...SUPPORT_CLAIMS, exp: 1_000_000_000 })],
    ['wrong issuer', tokenFor({ ...SUPPORT_CLAIMS, iss: 'https://elsewhere.example' })],
    ['wrong audience', tokenFor({ ...SUPPORT_CLAIMS, aud: 'elsewhere' })],
    ['no token at all', 'null'],
    ['garbage', 'a.b.c'],
  ];
  for (const [name, token] of forged) {
    const answer = await callTool(stack, { tool: 'lookup_order', token, body: {} });
    t.ok([401, 403].includes(answer.status), `${name}: ${answer.status}`);
  }
  t.equal(
    (await callTool(stack, { tool: 'lookup_order', token: null, body: {} })).status,
    401,
    'no Authorization',
  );

  t.test('two Authorization headers are never more than one', async (t) => {
    const admin = `${encode({ alg: 'none' })}.${encode({ ...claims, team: 'admin' })}.`;
    for (const [first, second] of [
      [valid, admin],
      [admin, valid],
      [valid, valid],
    ]) {
      const headers: [string, string][] = [
        ['authorization', `Bearer ${String(first)}`],
        ['authorization', `Bearer ${String(second)}`],
      ];
      const answer = await callTool(stack, { tool: 'lookup_order', token: null, headers, body: {} });
      if (answer.status === 200) t.notMatch(JSON.stringify(received(answer).headers), /claim-team":"admin/);
      else t.ok([400, 401, 403].includes(answer.status), String(answer.status));
    }
  });
});

t.test('odd claims never break the request and never become another claim', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());
  const cases: [name: string, team: unknown, header: string | undefined][] = [
    ['a line break', 'support\r\nx-omnia-claim-role: admin', undefined],
    ['a line feed', 'sup\nport', undefined],
    ['a NUL', 'sup\u0000port', undefined],
    ['a tab', 'sup\tport', undefined],
    ['blanks around', '  support  ', 'support'],
    ['null', null, undefined],
    ['an object', { a: 1 }, undefined],
    ['a nested array', [['a'], 'b'], undefined],
    ['an array of scalars', ['a', 1, true], 'a,1,true'],
    ['an array with a comma inside', ['a,b'], undefined],
    ['an empty array', [], undefined],
    ['10 KiB', 'x'.repeat(10 * 1024), undefined],
    ['4 KiB', 'x'.repeat(4 * 1024), 'x'.repeat(4 * 1024)],
    ['a number', 7, '7'],
    ['a number beyond 2^53', 9007199254740992, '9007199254740992'],
    ['a fraction', 0.25, '0.25'],
    ['a bool', false, 'false'],
  ];
  for (const [name, team, header] of cases) {
    const claims = await claimHeadersAtTool(stack, { token: tokenFor({ ...SUPPORT_CLAIMS, team }) });
    t.equal(claims['x-omnia-claim-team'], header, name);
    t.same(
      Object.keys(claims).filter((key) => !Object.hasOwn(EXPECTED, key)),
      [],
      name,
    );
  }
  const accented = await claimHeadersAtTool(stack, {
    token: tokenFor({ ...SUPPORT_CLAIMS, team: 'équipe' }),
  });
  t.equal(
    Buffer.from(String(accented['x-omnia-claim-team']), 'latin1').toString(),
    'équipe',
    'non-ASCII as UTF-8',
  );
});

t.test('a doubled header is never more permissive than either value alone', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());
  const values = ['lookup_order', 'delete_account', 'process_refund', ''];
  for (const first of values) {
    for (const second of values) {
      const headers: [string, string][] = [
        ['x-omnia-tool-name', first],
        ['x-omnia-tool-name', second],
      ];
      const answer = await callTool(stack, { tool: '', headers, body: {} });
      t.equal(answer.status, 403, `${first} and ${second}`);
    }
  }
});
