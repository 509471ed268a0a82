import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseAllDocuments } from 'yaml';
import { missingTools } from '../tools/find-tool.js';
import { ROOT } from '../stack.js';
import { until } from '../until.js';
import type { ApiServer } from './api-server.js';
import { startExtAuthz } from './ext-authz-process.js';
import {
  namesOf,
  OPERATOR_TOOLS,
  startOperatorCluster,
  TUTORIAL_POLICIES,
  tutorialObjects,
  untilCondition,
} from './operator-cluster.js';
import { startOperator, type OperatorProcess } from './operator-process.js';

const skip = missingTools(...OPERATOR_TOOLS);
const FOLDER = join(ROOT, 'manifests/crds');
const AUTHORIZATION = 'production/omnia-support-agent-policy-customer-tools';

interface Crd {
  readonly spec: {
    readonly versions: {
      subresources?: object;
      readonly schema: { readonly openAPIV3Schema: { readonly properties: Record<string, Schema> } };
    }[];
  };
}

interface Schema {
  readonly properties: Record<string, unknown>;
}

/** The definitions of policies, changed as an older version might have them. */
function oldCrds(change: (version: Crd['spec']['versions'][number]) => void): Crd[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('policies.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8')))
    .map((document) => {
      const crd = document.toJS() as Crd;
      crd.spec.versions.forEach(change);
      return crd;
    });
}

async function start(
  server: ApiServer,
  teardown: (end: () => Promise<void>) => unknown,
): Promise<{ operator: OperatorProcess; enforced: () => Promise<string> }> {
  const extAuthz = await startExtAuthz({
    ...{ kubeconfig: server.kubeconfig, teardown },
    flags: ['--report-namespace', 'omnia-system'],
  });
  await extAuthz.untilReady();
  const operator = await startOperator({ server, teardown });
  await operator.untilReady();
  return { operator, enforced: async () => (await extAuthz.get('/policies')).text };
}

/** Statuses that it wrote, or tried to. */
async function statusWrites(operator: OperatorProcess): Promise<number> {
  const series = (await operator.metrics()).matchAll(
    /^omnia_kube_requests_total\{verb="apply",kind="(?:Tool|Agent)Policy"\} (\d+)$/gm,
  );
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

t.test('CustomResourceDefinitions of an older version', { skip }, (t) => {
  const teardown = t.teardown.bind(t);

  t.test('without the newer fields of a status: enforced all the same, and nothing spins', async (t) => {
    const server = await startOperatorCluster(t);
    const crds = oldCrds(({ schema }) => {
      const { status } = schema.openAPIV3Schema.properties;
      delete status?.properties.enforcement;
      delete status?.properties.matchedAgents;
    });
    await server.apply(crds);
    await server.apply(tutorialObjects());
    await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);
    const { operator, enforced } = await start(server, teardown);
    await until(async () => (await namesOf(server, 'authorizationpolicies')).includes(AUTHORIZATION), {
      what: 'the policy is applied',
    });
    t.match(await enforced(), /refund-guardrails/);
    for (const policy of [
      ['toolpolicies', 'production', 'refund-guardrails', 'PolicyValidated'],
      ['agentpolicies', 'production', 'support-agent-policy', 'PolicyApplied'],
    ] as const) {
      const [kind, namespace, name, reason] = policy;
      await untilCondition(server, [kind, namespace, name], { type: 'Ready', status: 'True', reason });
    }
    const lines = operator.log().filter(({ msg }) => String(msg).startsWith('status is written in part'));
    t.strictSame(lines.map(({ kind, fields }) => [kind, fields]).sort(), [
      ['AgentPolicy', ['matchedAgents']],
      ['ToolPolicy', ['enforcement']],
    ]);
    t.ok((await statusWrites(operator)) < 50, 'nothing is written again and again');
    await operator.stop();
  });

  t.test(
    'without a status at all: enforced all the same, and the log says why none is written',
    async (t) => {
      const server = await startOperatorCluster(t);
      const crds = oldCrds((version) => {
        delete version.subresources;
      });
      await server.apply(crds);
      await server.apply(tutorialObjects());
      await server.kubectl(['apply', '-f', TUTORIAL_POLICIES]);
      const { operator, enforced } = await start(server, teardown);
      await until(async () => (await namesOf(server, 'authorizationpolicies')).includes(AUTHORIZATION), {
        what: 'the policy is applied',
      });
      t.match(await enforced(), /refund-guardrails/);
      const { kind } = await operator.untilLogged(
        'status can not be written: update the CustomResourceDefinition',
      );
      t.match(kind, /Policy$/);
      t.ok((await statusWrites(operator)) < 50, 'it is not tried again and again');
      await operator.stop();
    },
  );
  t.end();
});
