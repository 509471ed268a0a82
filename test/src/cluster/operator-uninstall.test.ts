import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';
import {
  EMITTED,
  listObjects,
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  TUTORIAL_POLICIES,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);

t.test('uninstall leaves nothing of ours, although an operator runs', { skip }, async (t) => {
  const server = await startOperatorCluster(t);
  await server.apply(tutorialObjects());
  const foreign = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', spec: {} };
  await server.apply([{ ...foreign, metadata: { name: 'theirs', namespace: 'production' } }]);
  await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);
  const operator = await startOperator({ server, teardown: t.teardown.bind(t) });
  const policy = ['agentpolicies', 'production', 'support-agent-policy'] as const;
  await untilCondition(server, policy, { type: 'Ready', status: 'True', reason: 'PolicyApplied' });

  const program = join(ROOT, 'operator/bin/omnia-operator.js');
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    'uninstall',
    `--kubeconfig=${server.kubeconfig}`,
  ]);
  t.match(stdout, /"removed"/);
  t.strictSame(await namesOf(server, ...EMITTED), ['production/theirs']);
  await operator.untilLogged('leadership lost');
  await server.kubectl([
    'annotate',
    'agentpolicy',
    '-n',
    'production',
    'support-agent-policy',
    'touched=yes',
  ]);
  t.match((await operator.ready()).status, 200, 'it still answers the webhook');
  t.strictSame(await namesOf(server, ...EMITTED), ['production/theirs']);
  t.equal((await listObjects(server, 'agentpolicies')).length, 1, 'policies stay');
});
