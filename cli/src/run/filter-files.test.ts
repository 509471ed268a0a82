import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER } from '@omnia-policy/envoy';
import t from 'tap';
import { startDemoTools } from '../demo-tools.js';
import {
  authorization,
  bareSettings,
  listenerUrl,
  policySet,
  startBareEnvoy,
} from '../testing/bare-envoy.js';
import { createFilterFiles } from './filter-files.js';

const tools = await startDemoTools({ host: '127.0.0.1', port: 0 });
t.teardown(tools.close);
const settings = await bareSettings({ ...tools.address, protocol: 'http1' });
const folder = join(settings.filterFolder, '..');
const files = await createFilterFiles(settings, folder);
await files.follow(policySet('one', {}));
const admin = await startBareEnvoy(settings);
const url = await listenerUrl(admin);
const headers = {
  authorization: await authorization({ team: 'support' }),
  'x-omnia-namespace': 'n',
  'x-omnia-agent-name': 'a',
};

/** Filter → the version whose configuration Envoy uses. */
async function versions(): Promise<Readonly<Record<string, string>>> {
  const dump = (await (await fetch(`${admin}/config_dump?resource=ecds_filters`)).json()) as {
    configs: { version_info: string; ecds_filter: { name: string } }[];
  };
  return Object.fromEntries(dump.configs.map((each) => [each.ecds_filter.name, each.version_info]));
}

async function counter(filter: string, name: string): Promise<number> {
  const text = await (await fetch(`${admin}/stats?filter=http_filter.${filter}.${name}`)).text();
  return Number(/: (\d+)/.exec(text)?.[1]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(10);
}

/** What the tool received of one call. No policy service runs: only needs that fail open let it pass. */
async function receivedHeaders(): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(url, { headers });
  if (answer.status !== 200) return { status: String(answer.status) };
  return ((await answer.json()) as { headers: Readonly<Record<string, string>> }).headers;
}

const every = (version: string): Readonly<Record<string, string>> => ({
  [CLAIMS_FILTER]: version,
  [EXT_AUTHZ_FILTER]: version,
  [INJECT_FILTER]: version,
});

const mapping = { namespace: 'n', agents: [], claims: [{ claim: 'team', header: 'X-Omnia-Claim-Team' }] };

t.test('Envoy takes the filters of changed needs while it runs', async (t) => {
  t.strictSame(await versions(), every('one'));
  t.strictSame(await receivedHeaders(), { status: '503' });
  const all = { readsBody: true, failOpen: true, claimMappings: [mapping], injectedHeaders: ['x-a'] };
  await files.follow(policySet('two', all));
  await until(async () => (await versions())[INJECT_FILTER] === 'two');
  t.strictSame(await versions(), every('two'));
  t.match(await receivedHeaders(), { 'x-omnia-claim-team': 'support' });
  for (const filter of [CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER]) {
    t.equal(await counter(filter, 'update_rejected'), 0);
  }
});

t.test('only what changes is written', async (t) => {
  const file = join(settings.filterFolder, `${EXT_AUTHZ_FILTER}.json`);
  const changed = await files.follow(policySet('three', { failOpen: true, claimMappings: [mapping] }));
  t.strictSame(Object.fromEntries(changed), { [EXT_AUTHZ_FILTER]: 'three', [INJECT_FILTER]: 'three' });
  const same = await files.follow(policySet('four', { failOpen: true, claimMappings: [{ ...mapping }] }));
  t.equal(same.size, 0);
  t.match(readFileSync(file, 'utf8'), '"version_info":"three"');
  await until(async () => (await versions())[EXT_AUTHZ_FILTER] === 'three');
});

const spoilt: readonly [string, string, (text: string) => string][] = [
  ['half a file', 'update_failure', (text) => text.slice(0, text.length / 2)],
  [
    'a configuration that the module refuses',
    'update_rejected',
    (text) => text.replace('\\"role\\":\\"claims\\"', '\\"role\\":\\"other\\"'),
  ],
  [
    'a configuration of another type',
    'update_rejected',
    (text) => text.replace('wasm.v3.Wasm', 'router.v3.Router'),
  ],
];

for (const [what, stat, spoil] of spoilt) {
  t.test(`${what} leaves the former configuration in force`, async (t) => {
    const file = join(settings.filterFolder, `${CLAIMS_FILTER}.json`);
    const good = readFileSync(file, 'utf8');
    const refused = await counter(CLAIMS_FILTER, stat);
    mkdirSync(join(folder, 'spoilt'), { recursive: true });
    const draft = join(folder, 'spoilt', 'draft');
    writeFileSync(draft, spoil(good));
    renameSync(draft, file);
    await until(async () => (await counter(CLAIMS_FILTER, stat)) > refused);
    t.match(await receivedHeaders(), { 'x-omnia-claim-team': 'support' });
    writeFileSync(draft, good);
    renameSync(draft, file);
  });
}
