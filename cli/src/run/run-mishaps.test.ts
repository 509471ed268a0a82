import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  caller,
  edit,
  examples,
  isAlive,
  leftBehind,
  pidsOf,
  policyFolder,
  ports,
  start,
  temporary,
  untilReady,
} from '../testing/started-run.js';
import type { Started } from '../testing/started-run.js';

/** One line that names the code, and no stack trace. */
const refusal = /^omnia-policy: .*\[[a-z-]+\]$/;

function stackTrace({ stderr }: Started): readonly string[] {
  return stderr.filter((line) => line.startsWith('    at '));
}

t.test('variables of the policy service do not reach the one of a run', async (t) => {
  const env = { OMNIA_EXT_AUTHZ_TLS_CERT: '/no/cert.pem', OMNIA_EXT_AUTHZ_TLS_KEY: '/no/key.pem' };
  const run = start(['--policies', examples, ...ports], env);
  await untilReady(run);
  t.equal((await caller(run)()).status, 200);
  run.child.kill('SIGINT');
  t.equal(await run.exitCode, 0);
});

t.test('a folder for temporary files that is not there is named', async (t) => {
  const run = start(['--policies', examples, ...ports], { TMPDIR: join(temporary, 'none') });
  t.equal(await run.exitCode, 1);
  t.match(run.stderr.at(-1), refusal);
  t.match(run.stderr.at(-1), /none.*TMPDIR.*temporary-folder-unusable/);
  t.strictSame(stackTrace(run), []);
});

t.test('a run whose folder was removed ends when it has to write there', async (t) => {
  const policies = policyFolder();
  const run = start(['--policies', policies, ...ports]);
  await untilReady(run);
  const { envoy, extAuthz } = pidsOf(run);
  for (const name of leftBehind()) rmSync(join(temporary, name), { recursive: true });
  edit(policies, 'support-agent-policy.yaml', (yaml) => yaml.replaceAll('-Team', '-Crew'));
  t.equal(await run.exitCode, 1);
  t.match(run.stderr.at(-1), refusal);
  t.match(run.stderr.at(-1), 'temporary-folder-unusable');
  t.strictSame(stackTrace(run), []);
  t.notOk(isAlive(envoy) || isAlive(extAuthz));
});

t.test('a run ends when nobody reads its output any more', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  run.child.stdout?.destroy();
  t.equal(await run.exitCode, 0);
  t.strictSame(stackTrace(run), []);
  t.strictSame(leftBehind(), []);
});

t.test('a run that is ready ends when a decision can not be recorded', async (t) => {
  const run = start(['--policies', examples, ...ports]);
  await untilReady(run);
  const { envoy, extAuthz } = pidsOf(run);
  run.child.stdout?.destroy();
  await caller(run)({ 'x-omnia-tool-name': 'delete_account' });
  t.equal(await run.exitCode, 0);
  t.strictSame(stackTrace(run), []);
  t.notOk(isAlive(envoy) || isAlive(extAuthz));
});
