import { setTimeout as delay } from 'node:timers/promises';
import { CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER } from '@omnia-policy/envoy';
import { compilePolicySet } from '@omnia-policy/policy';
import type { PolicySet } from '@omnia-policy/policy';
import t from 'tap';
import type { Test } from 'tap';
import { startCountingEnvoy } from '../testing/counting-envoy.js';
import type { CountingEnvoy, FolderEdit } from '../testing/counting-envoy.js';
import { createFilterRollout } from './filter-rollout.js';
import type { FilterRollout } from './filter-rollout.js';
import { createRefusalReasons } from './refusal-reasons.js';

const filters = [CLAIMS_FILTER, EXT_AUTHZ_FILTER, INJECT_FILTER];
const tabRefused = [
  `[error][wasm] wasm log ${CLAIMS_FILTER}: omnia-filter: configuration refused: mappings[0]: has a tab`,
  `[warning][config] Filesystem config update rejected: Unable to create Wasm plugin ${CLAIMS_FILTER}`,
];

interface Scene {
  readonly rollout: FilterRollout;
  readonly reported: readonly string[];
  /** Versions of the sets that were written. */
  readonly written: readonly string[];
  readonly envoy: CountingEnvoy;
}

/** A rollout to an Envoy for which each version makes one of the edits. */
async function scene(t: Test, edits: readonly FolderEdit[]): Promise<Scene> {
  const envoy = await startCountingEnvoy(filters);
  const stop = new AbortController();
  t.teardown(() => {
    stop.abort();
    envoy.close();
  });
  const reported: string[] = [];
  const written: string[] = [];
  const reasons = createRefusalReasons();
  const rollout = createFilterRollout({
    ...{ admin: envoy.admin, signal: stop.signal, reasons, onWritten: () => undefined },
    report: (line) => reported.push(line),
    files: {
      follow({ revision }) {
        const edit = edits.find(({ version }) => version === revision);
        if (edit === undefined) throw new Error(`no edit ${revision}`);
        written.push(revision);
        envoy.edit(edit);
        if (edit.refused) tabRefused.forEach(reasons.hear);
        return Promise.resolve(new Map(edit.written.map((name) => [name, revision])));
      },
    },
  });
  return { rollout, reported, written, envoy };
}

const revision = (name: string): PolicySet => compilePolicySet([], { revision: name });

t.test('what Envoy takes is no news', async (t) => {
  const { rollout, reported } = await scene(t, [
    { version: '1', written: filters },
    { version: '2', written: [INJECT_FILTER] },
  ]);
  await rollout.follow(revision('1'));
  await rollout.follow(revision('2'));
  t.equal(rollout.missing(), undefined);
  t.strictSame(reported, []);
});

t.test('a filter whose first file is refused ends the run', async (t) => {
  const { rollout } = await scene(t, [{ version: '1', written: filters, refused: [CLAIMS_FILTER] }]);
  await t.rejects(rollout.follow(revision('1')), {
    code: 'envoy-failed',
    message: /omnia\.claims .*: mappings\[0\]: has a tab\.$/,
  });
  t.match(rollout.missing(), CLAIMS_FILTER);
});

t.test('a file that is refused later stays wrong until another one is taken in its place', async (t) => {
  const { rollout, reported } = await scene(t, [
    { version: '1', written: filters },
    { version: '2', written: [CLAIMS_FILTER, INJECT_FILTER], refused: [CLAIMS_FILTER] },
    { version: '3', written: [EXT_AUTHZ_FILTER] },
    { version: '4', written: [CLAIMS_FILTER] },
  ]);
  for (const name of ['1', '2', '3']) await rollout.follow(revision(name));
  t.equal(reported.length, 1);
  t.match(reported[0], /^error: Envoy refused .*omnia\.claims .*has a tab\. The former one stays in force/);
  t.match(rollout.missing(), CLAIMS_FILTER);
  t.notMatch(rollout.missing(), INJECT_FILTER);
  await rollout.follow(revision('4'));
  t.equal(rollout.missing(), undefined);
  t.match(reported[1], /Envoy runs the configuration of omnia\.claims/);
  t.equal(reported.length, 2);
});

t.test('of what comes while Envoy judges, only the newest is written', async (t) => {
  const edits = ['1', '2', '3', '4'].map((version) => ({ version, written: filters }));
  const { rollout, written } = await scene(t, edits);
  await Promise.all(edits.map(({ version }) => rollout.follow(revision(version))));
  t.equal(written.at(-1), '4');
  t.ok(written.length < edits.length, written.join());
  t.equal(rollout.missing(), undefined);
});

t.test(
  'a file that Envoy does not look at keeps no later edit waiting, and may be taken later',
  async (t) => {
    const { rollout, reported, written } = await scene(t, [
      { version: '1', written: filters },
      { version: '2', written: [CLAIMS_FILTER, INJECT_FILTER], unread: [CLAIMS_FILTER] },
      { version: '3', written: [INJECT_FILTER], unread: [CLAIMS_FILTER] },
      { version: '4', written: [EXT_AUTHZ_FILTER] },
    ]);
    await rollout.follow(revision('1'));
    let followed = Promise.resolve();
    for (const name of ['2', '3']) {
      followed = rollout.follow(revision(name));
      while (written.at(-1) !== name || rollout.missing()?.includes(INJECT_FILTER)) await delay(10);
      t.match(rollout.missing(), CLAIMS_FILTER);
    }
    void rollout.follow(revision('4'));
    await followed;
    t.equal(rollout.missing(), undefined);
    t.strictSame(reported, []);
  },
);

t.test('a file that Envoy refuses only after the next edit is reported', async (t) => {
  const { rollout, reported, written } = await scene(t, [
    { version: '1', written: filters },
    { version: '2', written: [CLAIMS_FILTER], unread: [CLAIMS_FILTER] },
    { version: '3', written: [INJECT_FILTER], refused: [CLAIMS_FILTER] },
  ]);
  await rollout.follow(revision('1'));
  const followed = rollout.follow(revision('2'));
  while (written.at(-1) !== '2') await delay(10);
  void rollout.follow(revision('3'));
  await followed;
  t.match(reported, [/^error: Envoy refused .*omnia\.claims .*has a tab/]);
  t.match(rollout.missing(), CLAIMS_FILTER);
  t.notMatch(rollout.missing(), INJECT_FILTER);
});

t.test('a refusal is not counted again when Envoy gives no answer before the next edit', async (t) => {
  const { rollout, reported, envoy } = await scene(t, [
    { version: '1', written: filters },
    { version: '2', written: [CLAIMS_FILTER], refused: [CLAIMS_FILTER] },
    { version: '3', written: [CLAIMS_FILTER] },
  ]);
  for (const name of ['1', '2']) await rollout.follow(revision(name));
  envoy.failOnce();
  await rollout.follow(revision('3'));
  t.equal(rollout.missing(), undefined);
  t.match(reported.at(-1), /Envoy runs the configuration of omnia\.claims/);
});

t.test("the reason is that of the filter, the module's own where it gave one", (t) => {
  const reasons = createRefusalReasons();
  t.equal(reasons.of(CLAIMS_FILTER), undefined);
  tabRefused.forEach(reasons.hear);
  t.equal(reasons.of(CLAIMS_FILTER), 'mappings[0]: has a tab');
  reasons.hear('[warning][config] Filesystem config update rejected: Proto constraint validation failed');
  t.equal(reasons.of(EXT_AUTHZ_FILTER), 'Proto constraint validation failed');
  t.equal(reasons.of(CLAIMS_FILTER), 'mappings[0]: has a tab');
  reasons.forget();
  t.equal(reasons.of(CLAIMS_FILTER), undefined);
  t.end();
});
