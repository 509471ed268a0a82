import t from 'tap';
import { missingTools } from '../tools/find-tool.js';
import { until } from '../until.js';
import {
  listObjects,
  OPERATOR_TOOLS,
  startOperatorCluster,
  TUTORIAL_POLICIES,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator, type OperatorProcess } from './operator-process.js';
import type { ApiServer } from './api-server.js';

const skip = missingTools(...OPERATOR_TOOLS);
const NAME = 'omnia-support-agent-policy-customer-tools';
const POLICY = ['agentpolicies', 'production', 'support-agent-policy'] as const;

async function actionOf(server: ApiServer): Promise<unknown> {
  const found = (await listObjects(server, 'authorizationpolicies')).find(
    ({ metadata }) => metadata.name === NAME,
  );
  return (found?.spec as { action?: string } | undefined)?.action;
}

function edit(server: ApiServer, action: string): Promise<unknown> {
  const patch = JSON.stringify({ spec: { action } });
  return server.kubectl([
    ...['patch', 'authorizationpolicy', '-n', 'production', NAME],
    ...['--type=merge', '-p', patch],
  ]);
}

/** Writes that it made of this kind. */
async function writes(operator: OperatorProcess): Promise<number> {
  const series = (await operator.metrics()).matchAll(
    /^omnia_kube_requests_total\{verb="(?:apply|replace|create)",kind="AuthorizationPolicy"\} (\d+)$/gm,
  );
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

t.test('an object that somebody else works on, too', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  await untilCondition(server, POLICY, { type: 'Ready', status: 'True', reason: 'PolicyApplied' });

  t.test('edits that come all at once, and conflict with ours, are all put right', async (t) => {
    await Promise.all(['ALLOW', 'AUDIT', 'ALLOW', 'AUDIT'].map((action) => edit(server, action)));
    await until(async () => (await actionOf(server)) === 'DENY', { what: 'it denies again' });
    await until(async () => (await actionOf(server)) === 'DENY', { what: 'and stays so' });
    t.pass('mended');
  });

  t.test('a controller that never stops is not fought without end, and the status says so', async (t) => {
    const before = await writes(operator);
    const over = new AbortController();
    const isOver = (): boolean => over.signal.aborted;
    const opponent = (async () => {
      while (!isOver()) await edit(server, 'ALLOW');
    })();
    const { message } = await untilCondition(server, POLICY, {
      ...{ type: 'Ready', status: 'False', reason: 'Refused' },
    });
    t.match(message, /somebody else changes it/);
    over.abort();
    await opponent;
    t.ok((await writes(operator)) - before < 60, 'it wrote a bounded number of times');
    await until(async () => (await actionOf(server)) === 'DENY', {
      ...{ what: 'once the other is gone, it is put right', timeoutMs: 90_000 },
    });
    await untilCondition(server, POLICY, { type: 'Ready', status: 'True', reason: 'PolicyApplied' });
  });

  // It stays so: nobody finishes the deletion here.
  t.test('in a namespace that goes away, what is refused is told, and fills no log', async (t) => {
    t.match(await server.kubectl(['delete', 'namespace', 'production', '--wait=false']), { code: 0 });
    await server.kubectl(['delete', 'authorizationpolicy', '-n', 'production', NAME]);
    const refused = { type: 'Ready', status: 'False', reason: 'Refused' };
    await until(
      async () => (await untilCondition(server, POLICY, refused)).message.includes('being terminated'),
      { what: 'the status says why' },
    );
    const failures = (level: string): number =>
      operator.log().filter((line) => line.msg === 'work failed' && line.level === level).length;
    const before = failures('warn');
    const tries = failures('debug');
    await until(() => failures('debug') > tries, { what: 'it was tried again', timeoutMs: 90_000 });
    t.equal(failures('warn'), before);
    t.match(await operator.stop(), /exit code 0/);
  });
});
