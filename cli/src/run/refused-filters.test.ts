import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import {
  caller,
  edit,
  ENVOY_PATH,
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

/** An Envoy that finds a claims filter of a role that the module does not know when it starts. */
function envoyWithUnknownRole(): string {
  const path = join(temporary, 'envoy-with-unknown-role');
  const script = `#!/bin/sh
[ "$1" = --config-path ] && sed -i 's/role\\\\":\\\\"claims/role\\\\":\\\\"other/' "$(dirname "$2")/filters/omnia.claims.json"
exec "${ENVOY_PATH}" "$@"
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

function moduleOf(): string {
  const [folder = ''] = leftBehind();
  return join(temporary, folder, 'omnia-filter.wasm');
}

async function untilSaid({ stderr }: Started, pattern: RegExp): Promise<string> {
  for (;;) {
    const line = stderr.findLast((each) => pattern.test(each));
    if (line !== undefined) return line;
    await delay(20);
  }
}

t.test('a run whose first filters Envoy refuses is never ready, and ends with the reason', async (t) => {
  const run = start(['--policies', examples, ...ports], { ENVOY_PATH: envoyWithUnknownRole() });
  await t.rejects(untilReady(run), 'never ready');
  t.equal(await run.exitCode, 1);
  t.match(
    run.stderr.at(-1),
    /^omnia-policy: Envoy refused the configuration of omnia\.claims .*: .*role.*\[envoy-failed\]$/,
  );
  t.strictSame(leftBehind(), []);
});

t.test('a filter that Envoy refuses later is reported, and so is its recovery', async (t) => {
  const policies = policyFolder();
  const run = start(['--policies', policies, ...ports]);
  await untilReady(run);
  const call = caller(run);
  const { envoy } = pidsOf(run);
  const shipped = join(temporary, 'shipped.wasm');
  copyFileSync(moduleOf(), shipped);
  writeFileSync(moduleOf(), 'spoilt');
  edit(policies, 'support-agent-policy.yaml', (yaml) => yaml.replaceAll('-Team', '-Crew'));
  const refused = await untilSaid(run, /error: Envoy refused/);
  t.match(refused, /omnia\.claims .*: .*wasm.* The former one stays in force/i);
  t.match((await call()).body, 'x-omnia-claim-team');

  copyFileSync(shipped, moduleOf());
  edit(policies, 'support-agent-policy.yaml', (yaml) => yaml.replaceAll('-Crew', '-Group'));
  await untilSaid(run, /Envoy runs the configuration of omnia\.claims/);
  t.match((await call()).body, 'x-omnia-claim-group');
  t.ok(isAlive(envoy));
  run.child.kill('SIGINT');
  t.equal(await run.exitCode, 0);
});
