import type { KubeObject } from '@omnia-policy/kube';
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import { CRD_FOLDER } from '../crds/policy-schemas.js';
import { missingTools } from '../tools/find-tool.js';
import {
  AGENT_POLICY_REFERENCE,
  KEY_ROTATION,
  PRIVACY_POLICIES,
  readListing,
  REFERENCE_MANIFESTS,
  SECURING_AGENTS,
  type Step,
} from '../walkthroughs.js';
import { startApiServer, type ApiServer } from './api-server.js';
import { installCrds } from './crds.js';

/** Everything below runs without the operator: these are the statuses that it would write. */
const NOW = '2026-01-02T03:04:05Z';
const condition = (type: string, status: string, reason: string): object => ({
  ...{ type, status, reason, message: 'm' },
  ...{ lastTransitionTime: NOW, observedGeneration: 1 },
});
const enforcement = { replicas: 2, upToDate: 2, minGeneration: 1 };
const applied = {
  ...{ phase: 'Active', matchedAgents: 1, observedGeneration: 1, enforcement },
  conditions: [
    { ...condition('Ready', 'True', 'PolicyApplied'), message: 'Istio AuthorizationPolicy created' },
  ],
};
const valid = {
  phase: 'Active',
  observedGeneration: 1,
  conditions: [condition('Ready', 'True', 'PolicyValidated')],
};
const resolved = { conditions: [condition('PrivacyPolicyResolved', 'True', 'PolicyResolved')] };

const STATUSES: Readonly<Record<string, unknown>> = {
  'AgentPolicy/support-agent-policy': applied,
  'AgentPolicy/customer-service-policy': applied,
  'ToolPolicy/refund-guardrails': {
    ...{ phase: 'Active', ruleCount: 2, observedGeneration: 1, enforcement },
    conditions: [
      condition('Compiled', 'True', 'PolicyCompiled'),
      condition('Ready', 'True', 'PolicyValidated'),
    ],
  },
  'SessionPrivacyPolicy/default-privacy': valid,
  'SessionPrivacyPolicy/strict-privacy': valid,
  'SessionPrivacyPolicy/my-policy': {
    ...valid,
    keyRotation: {
      ...{ lastRotatedAt: NOW, currentKeyVersion: '2' },
      reEncryptionProgress: { status: 'InProgress', messagesProcessed: 100, startedAt: NOW },
    },
  },
  'Workspace/my-workspace': resolved,
  'AgentRuntime/sensitive-agent': resolved,
  'AgentRuntime/my-agent': { conditions: [condition('PrivacyPolicyResolved', 'False', 'PolicyNotFound')] },
};

t.test('kubectl with the CRDs', { skip: missingTools('etcd', 'kube-apiserver', 'kubectl') }, async (t) => {
  const server = await startApiServer(t);
  await installCrds(server, CRD_FOLDER);

  for (const { title, namespaces, steps } of [
    SECURING_AGENTS,
    PRIVACY_POLICIES,
    KEY_ROTATION,
    AGENT_POLICY_REFERENCE,
  ]) {
    t.test(title, async (t) => {
      for (const namespace of namespaces) await server.createNamespace(namespace);
      for (const step of steps) await takeStep(t, server, step);
    });
  }

  t.test('the manifests of the reference pages are taken', async (t) => {
    for (const file of REFERENCE_MANIFESTS) {
      const { code, stderr } = await server.kubectl(['apply', '--dry-run=server', '-f', file]);
      t.same({ code, stderr }, { code: 0, stderr: '' }, file);
    }
  });

  t.test('short names', async (t) => {
    for (const name of ['ap', 'tp', 'spp', 'ar', 'tr', 'ws']) {
      t.match(await server.kubectl(['get', name, '-A']), { code: 0 }, name);
    }
  });

  t.test('fields of the platform are kept', async (t) => {
    const registry = {
      ...{ apiVersion: 'omnia.altairalabs.ai/v1alpha1', kind: 'ToolRegistry' },
      ...PLATFORM,
    };
    await server.apply(JSON.stringify(registry));
    const { stdout } = await server.kubectl(['get', 'tr', 'shop', '-n', 'production', '-o', 'json']);
    t.match(JSON.parse(stdout), PLATFORM);
  });
});

const PLATFORM = {
  metadata: { name: 'shop', namespace: 'production' },
  spec: {
    probe: { interval: '30s' },
    handlers: [
      { name: 'a', type: 'http', timeout: '5s', httpConfig: { endpoint: 'http://a', method: 'GET' } },
    ],
  },
};

async function takeStep(t: Test, server: ApiServer, step: Step): Promise<void> {
  if (step.kind === 'apply') {
    t.match(await server.kubectl(['apply', '-f', step.file]), { code: 0, stderr: '' }, step.file);
    await writeStatuses(server, step.file);
    return;
  }
  const { code, stdout, stderr } = await server.kubectl(step.args);
  const name = `kubectl ${step.args.join(' ')}`;
  t.same({ code, stderr }, { code: 0, stderr: '' }, name);
  if (step.kind === 'json') {
    t.match(JSON.parse(stdout), step.shows, name);
    return;
  }
  const { header, rows } = readListing(stdout);
  if (step.shows.header !== undefined) t.equal(header, step.shows.header, name);
  t.equal(rows.length, step.shows.rows.length, name);
  t.match(rows, step.shows.rows, name);
}

async function writeStatuses(server: ApiServer, file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const { kind, metadata } = document.toJS() as KubeObject;
    const status = STATUSES[`${kind}/${metadata.name}`];
    if (status === undefined) continue;
    const namespace = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    const { code, stderr } = await server.kubectl(['patch', kind, metadata.name, ...namespace, ...patch]);
    if (code !== 0 || stderr !== '') throw new Error(`status of ${kind} ${metadata.name}: ${stderr}`);
  }
}
