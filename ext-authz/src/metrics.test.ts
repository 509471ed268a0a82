import { compilePolicySet, type Decision, type Finding, type ToolCall } from '@omnia-policy/policy';
import { createMetrics, metricsText } from '@omnia-policy/service';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { checkFailures, createDecisionMetrics, createLoadMetrics } from './metrics.js';

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');

function agentPolicy(registries: readonly string[]) {
  return {
    kind: 'AgentPolicy',
    spec: { toolAccess: { rules: registries.map((registry) => ({ registry })) } },
  };
}

const policySet = compilePolicySet(
  [
    { origin: 'a', value: { kind: 'ToolPolicy', spec: { selector: { registry: 'customer-tools' } } } },
    { origin: 'b', value: agentPolicy(['orders', 'billing']) },
    {
      origin: 'c',
      value: { kind: 'AgentPolicy', spec: { toolAccess: { rules: [null, 'x', {}, { registry: 1 }] } } },
    },
  ],
  { revision: '1' },
);
const finding: Finding = {
  policy: { kind: 'ToolPolicy', namespace: 'production', name: 'p' },
  rule: 'r',
  message: 'm',
  mode: 'enforce',
  action: 'deny',
};
const error = { code: 'no-such-key', detail: 'd' } as const;
const decision: Decision = {
  outcome: 'allow',
  findings: [],
  matched: [],
  injectHeaders: [],
  removeHeaders: [],
  audit: { logDecisions: false, redactFields: [] },
};

const cases: readonly {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly registry?: string;
  readonly counted: readonly string[];
}[] = [
  { name: 'a plain allow', findings: [], counted: ['allowed,,,,customer-tools 1'] },
  {
    name: 'a registry that no policy names',
    findings: [],
    registry: 'made-up',
    counted: ['allowed,,,,other 1'],
  },
  {
    name: 'a registry that only an AgentPolicy names',
    findings: [],
    registry: 'billing',
    counted: ['allowed,,,,billing 1'],
  },
  { name: 'a denial', findings: [finding], counted: ['denied,production,p,enforce,customer-tools 1'] },
  {
    name: 'two denials of one call: one denied',
    findings: [finding, { ...finding, rule: 's' }],
    counted: ['denied,production,p,enforce,customer-tools 1'],
  },
  {
    name: 'a would-denial',
    findings: [{ ...finding, mode: 'audit', action: 'would-deny' }],
    counted: ['allowed,,,,customer-tools 1', 'would_deny,production,p,audit,customer-tools 1'],
  },
  {
    name: 'an ignored failure',
    findings: [{ ...finding, action: 'ignore', error }],
    counted: ['allowed,,,,customer-tools 1', 'error,production,p,enforce,customer-tools 1'],
  },
  {
    name: 'a failure that denies',
    findings: [{ ...finding, error }],
    counted: ['denied,production,p,enforce,customer-tools 1', 'error,production,p,enforce,customer-tools 1'],
  },
  {
    name: 'a refusal without a policy: no name that the caller wrote',
    findings: [{ ...finding, policy: { kind: 'Request', namespace: 'made-up', name: '' } }],
    counted: ['denied,,,enforce,customer-tools 1'],
  },
];

for (const { name, findings, registry = 'customer-tools', counted } of cases) {
  t.test(`counts ${name}`, async (t) => {
    const metrics = createMetrics();
    const denial = findings.find(({ action }) => action === 'deny');
    const call = { registry } as ToolCall;
    createDecisionMetrics(metrics).record({
      decision: { ...decision, findings, ...(denial && { denial }) },
      call,
      policySet,
    });
    const { text } = await metricsText([await metrics.snapshot()]);
    const series = [...text.matchAll(/^omnia_policy_decisions_total\{(.*)\} (\d+)$/gm)].map(
      ([, labels = '', count = '']) => `${labels.replace(/\w+="(.*?)"/g, '$1')} ${count}`,
    );
    t.strictSame(series.sort(), [...counted].sort());
  });
}

/** Name, type and labels of each metric, with every series that there can be. */
async function realMetrics(): Promise<string[]> {
  const metrics = createMetrics();
  const ofDecisions = createDecisionMetrics(metrics);
  ofDecisions.record({ decision, call: { registry: '' } as ToolCall, policySet });
  for (const failure of checkFailures) ofDecisions.fail(failure);
  createLoadMetrics(metrics);
  t.ok(metrics.names().every((name) => /^(omnia|process|nodejs)_/.test(name)));
  const { text } = await metricsText([await metrics.snapshot()]);
  return [...text.matchAll(/^# TYPE (omnia_\w+) (\w+)\n\w+(?:\{(.*)\})?/gm)].map(
    ([, name = '', type = '', labels = '']) =>
      row(
        name,
        type,
        [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
      ),
  );
}

/** `le` is part of the type. */
function row(name: string, type: string, labels: readonly string[]): string {
  return `${name} ${type} ${labels.filter((label) => label !== 'le').join(' ')}`;
}

t.test(
  'docs/reference/metrics.md lists exactly the metrics that there are, with types, labels and reasons',
  async (t) => {
    const documented = [...page.matchAll(/^\| `(omnia_\w+)` \| (\w+) \| (.*?) ?\|/gm)].map(
      ([, name = '', type = '', labels = '']) =>
        row(
          name,
          type,
          [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
        ),
    );
    t.strictSame(documented.sort(), (await realMetrics()).sort());
    const failures = /^\| `omnia_checks_failed_total` .*: (.*)\. \|$/m.exec(page)?.[1];
    t.equal(failures, checkFailures.map((reason) => `\`${reason}\``).join(', '));
  },
);
