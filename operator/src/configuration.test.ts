import { ServiceError } from '@omnia-policy/service';
import t from 'tap';
import { readOperatorConfiguration, type OperatorSettings } from './configuration.js';
import { readPlanSettings, splitList } from './read-plan-settings.js';

function read(...args: string[]): OperatorSettings {
  const configuration = readOperatorConfiguration({ args, env: {} });
  if (configuration.kind !== 'values') throw new Error('help was not asked for');
  return configuration.values;
}

t.test('without any setting it runs in omnia-system, elected, without a webhook', (t) => {
  t.match(read(), {
    systemNamespace: 'omnia-system',
    trustDomain: 'cluster.local',
    extAuthzAddress: { host: 'omnia-ext-authz-headless.omnia-system.svc.cluster.local', port: 9191 },
    webhook: undefined,
    leaderElection: true,
  });
  t.equal(read('--no-leader-election').leaderElection, false);
  t.end();
});

t.test('settings that do not go together are refused', (t) => {
  const refused: string[][] = [
    ['--jwks-uri=https://a.example/keys', '--jwks=keys.json', '--jwt-issuer=a'],
    ['--jwks=keys.json'],
    ['--jwt-audiences=a'],
    ['--wasm-image=oci://a/b:1'],
    ['--wasm-image-sha256=00'],
  ];
  for (const args of refused) {
    t.throws(() => read(...args), { code: 'conflicting-settings' }, args.join(' '));
  }
  t.end();
});

t.test('plans get the module that the program came with, and the default issuer', async (t) => {
  const folder = t.testdir({ 'keys.json': '{"keys": []}\n', 'none.json': '{}', text: 'no module' });
  const issuer = ['--jwt-issuer=https://a.example', '--jwt-audiences=a, b'];
  const settings = await readPlanSettings(read(...issuer, `--jwks=${folder}/keys.json`));
  t.match(settings.defaultIssuer, {
    issuer: 'https://a.example',
    audiences: ['a', 'b'],
    jwks: '{"keys": []}',
  });
  t.match(Buffer.from(settings.wasmModule.inlineBase64, 'base64').subarray(0, 4), Buffer.from('\0asm'));
  t.equal(settings.wasmModule.oci, undefined);
  const image = ['--wasm-image=oci://a.example/filter:1', `--wasm-image-sha256=${'0'.repeat(64)}`];
  t.match((await readPlanSettings(read(...image))).wasmModule.oci, { url: 'oci://a.example/filter:1' });
  for (const flag of [`--wasm-module=${folder}/text`, `--wasm-module=${folder}/missing`]) {
    await t.rejects(readPlanSettings(read(flag)), { code: 'file-unreadable' }, flag);
  }
  for (const file of ['none.json', 'text', 'missing']) {
    const args = ['--jwt-issuer=a', `--jwks=${folder}/${file}`];
    await t.rejects(readPlanSettings(read(...args)), ServiceError, file);
  }
});

t.test('lists are separated by commas', (t) => {
  t.strictSame(splitList(' a, b,,c '), ['a', 'b', 'c']);
  t.strictSame(splitList(undefined), []);
  t.end();
});
