import { compilePolicySet, type Decision, type Finding, type ToolCall } from '@omnia-policy/policy';
import { createMetrics, metricsText } from '@omnia-policy/service';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { createDecisionMetrics, createLoadMetrics } from './metrics.js';

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');

t.test(
  'docs/reference/metrics.md lists exactly the metrics that there are, with their types and labels',
  async (t) => {
    const metrics = createMetrics();
    createDecisionMetrics(metrics);
    createLoadMetrics(metrics);
    const documented = [...page.matchAll(/^\| `(omnia_\w+)` \| (\w+) \|/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const { text } = await metricsText([await metrics.snapshot()]);
    const real = [...text.matchAll(/^# TYPE (omnia_\w+) (\w+)/gm)].map(([, name, type]) => `${name} ${type}`);
    t.strictSame(documented.sort(), real.sort());
    t.ok(metrics.names().every((name) => /^(omnia|process|nodejs)_/.test(name)));
  },
);

const policySet = compilePolicySet(
  [{ origin: 'a', value: { kind: 'ToolPolicy', spec: { selector: { registry: 'customer-tools' } } } }],
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
