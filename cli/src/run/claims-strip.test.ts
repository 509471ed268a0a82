import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import t from 'tap';
import {
  authorization,
  bareSettings,
  listenerUrl,
  policySet,
  startBareEnvoy,
} from '../testing/bare-envoy.js';
import { createFilterFiles } from './filter-files.js';

/**
 * What the claims filter removes by itself: in a run Envoy's early strip and its refusal of underscores hide that, and
 * trailers do not travel over HTTP/1. Here both are taken away, and agent and tool speak HTTP/2.
 */
const secondLines = ['early_header_mutation_extensions', 'headers_with_underscores_action'];

/** Headers and trailers as the tool received them: name, value, name, value. */
interface Received {
  readonly headers: readonly string[];
  readonly trailers: readonly string[];
}

const tool = createServer((call, answer) => {
  call.resume();
  call.on('end', () => {
    answer.end(JSON.stringify({ headers: call.rawHeaders, trailers: call.rawTrailers }));
  });
});
await new Promise<void>((resolve) => tool.listen(0, '127.0.0.1', resolve));
t.teardown(() => tool.close());

const { port } = tool.address() as AddressInfo;
const settings = await bareSettings({ host: '127.0.0.1', port, protocol: 'http2' });
const files = await createFilterFiles(settings, join(settings.filterFolder, '..'));
const claims = [{ claim: 'team', header: 'X-Omnia-Claim-Team' }];
const claimMappings = [{ namespace: 'n', agents: [], claims }];
await files.follow(policySet('1', { failOpen: true, claimMappings, injectedHeaders: ['x-processed-by'] }));
const admin = await startBareEnvoy(settings, (text) => {
  const kept: unknown = JSON.parse(text, (key, value: unknown) =>
    secondLines.includes(key) ? undefined : value,
  );
  return JSON.stringify(kept);
});
const url = await listenerUrl(admin);
const agent = { 'x-omnia-namespace': 'n', 'x-omnia-agent-name': 'a' };
const withTeam = { ...agent, authorization: await authorization({ team: 'support' }) };
/** Nothing is written over what is forged. */
const withoutTeam = { ...agent, authorization: await authorization({}) };

/** Names and values that speak of a claim or of the injected header, in any spelling. */
function guarded(raw: readonly string[]): readonly string[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 && /^x[-_](omnia[-_]claim|processed[-_]by)/i.test(name)
      ? [`${name}: ${raw[index + 1] ?? ''}`]
      : [],
  );
}

/** Over HTTP/1, where names may be in capitals and twice. */
async function sendHeaders(user: typeof agent, forged: readonly string[]): Promise<Received> {
  const headers = [...Object.entries(user).flat(), 'host', 'tools', ...forged];
  const call = request(url, { agent: false, headers }).end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return (await json(answer)) as Received;
}

async function sendTrailers(user: typeof agent, forged: Readonly<Record<string, string>>): Promise<Received> {
  const session = connect(url);
  const stream = session.request({ ':method': 'POST', ':path': '/', ...user }, { waitForTrailers: true });
  stream.on('wantTrailers', () => {
    stream.sendTrailers(forged);
  });
  stream.end('{}');
  const received = (await json(stream)) as Received;
  session.close();
  return received;
}

t.test('Envoy leaves forged headers to the filters', async (t) => {
  const dump = await (await fetch(`${admin}/config_dump`)).text();
  for (const line of secondLines) t.notMatch(dump, line);
});

const spellings: readonly (readonly [string, readonly string[]])[] = [
  ['as it is', ['x-omnia-claim-team', 'admin']],
  ['twice', ['x-omnia-claim-team', 'admin', 'x-omnia-claim-team', 'root']],
  ['in capitals', ['X-OMNIA-CLAIM-TEAM', 'admin']],
  ['with underscores', ['x_omnia_claim_team', 'admin', 'X-Omnia_Claim-Team', 'root']],
  ['of another claim', ['x-omnia-claim-role', 'admin', 'X_OMNIA_CLAIM_', 'admin']],
  ['empty', ['x-omnia-claim-team', '']],
];

for (const [what, forged] of spellings) {
  t.test(`the filter removes a forged claim header ${what}`, async (t) => {
    t.strictSame(guarded((await sendHeaders(withTeam, forged)).headers), ['x-omnia-claim-team: support']);
    t.strictSame(guarded((await sendHeaders(withoutTeam, forged)).headers), []);
  });
}

t.test('the filters remove forged trailers, and leave the others', async (t) => {
  const { headers, trailers } = await sendTrailers(withTeam, {
    'x-omnia-claim-team': 'admin',
    x_omnia_claim_role: 'admin',
    'x-omnia_claim-customer-id': 'C-1',
    'x-processed-by': 'admin',
    'x-checksum': '1',
  });
  t.strictSame(guarded(headers), ['x-omnia-claim-team: support']);
  t.strictSame(trailers, ['x-checksum', '1']);
});

t.test('without a decision nothing is left of an injected header', async (t) => {
  const forged = ['x-processed-by', 'admin', 'X_Processed-By', 'root'];
  t.strictSame(guarded((await sendHeaders(withoutTeam, forged)).headers), []);
});
