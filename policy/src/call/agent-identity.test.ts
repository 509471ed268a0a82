import t from 'tap';
import { apiObject, meshCall, meshPolicies, principalOf, type MeshRequest } from '../testing/mesh-calls.js';

const runsAs = (serviceAccountName: string) => ({ podOverrides: { serviceAccountName } });
const set = meshPolicies(
  apiObject('AgentRuntime', 'production/billing', runsAs('payments')),
  apiObject('AgentRuntime', 'production/first', runsAs('shared')),
  apiObject('AgentRuntime', 'production/second', runsAs('shared')),
  apiObject('AgentRuntime', 'production/guest', runsAs('host-facade')),
  apiObject('AgentRuntime', 'production/usual', { podOverrides: {} }),
);
const registries = ['production/customer-tools'];
const CALL = { 'x-omnia-tool-registry': 'customer-tools', 'x-omnia-tool-name': 'process_refund' };

/** Who calls, as `namespace/agent`, or the rule that refuses. */
function callerOf(principal: string, agent?: string): string {
  const headers = { ...CALL, ...(agent !== undefined && { 'x-omnia-agent-name': agent }) };
  const request: MeshRequest = { principal, registries, headers };
  const call = meshCall(set, request);
  t.equal(call.principal, principal);
  if (call.shape.kind === 'ambiguous') return call.shape.rule;
  t.equal(call.identity.agent, call.agent);
  return `${call.agentNamespace}/${call.agent}`;
}

const MISMATCH = 'agent-mismatch';
const cases: readonly (readonly [what: string, caller: string, expected: string])[] = [
  ['the usual service account', callerOf(principalOf('production/support-facade')), 'production/support'],
  ['with its own name', callerOf(principalOf('production/support-facade'), 'support'), 'production/support'],
  ['with the name of another', callerOf(principalOf('production/support-facade'), 'admin'), MISMATCH],
  [
    'an AgentRuntime that changes nothing',
    callerOf(principalOf('production/usual-facade')),
    'production/usual',
  ],
  [
    'a service account that an AgentRuntime names',
    callerOf(principalOf('production/payments')),
    'production/billing',
  ],
  ['of another namespace', callerOf(principalOf('staging/payments')), '/'],
  [
    'the usual one of an agent that runs as another: some pod of it may not do so yet',
    callerOf(principalOf('production/billing-facade')),
    'production/billing',
  ],
  ['a shared one does not tell which agent', callerOf(principalOf('production/shared')), MISMATCH],
  ['unless the header does', callerOf(principalOf('production/shared'), 'second'), 'production/second'],
  ['but no third one', callerOf(principalOf('production/shared'), 'billing'), MISMATCH],
  [
    'the usual one of an agent that another uses too',
    callerOf(principalOf('production/host-facade')),
    MISMATCH,
  ],
  ['either of them', callerOf(principalOf('production/host-facade'), 'host'), 'production/host'],
  ['or the other', callerOf(principalOf('production/host-facade'), 'guest'), 'production/guest'],
  ['a workload that is no agent', callerOf(principalOf('production/gateway')), '/'],
  ['and says that it is one', callerOf(principalOf('production/gateway'), 'support'), MISMATCH],
  ['nobody', callerOf(''), '/'],
  ['nobody who says to be an agent', callerOf('', 'support'), MISMATCH],
  ['another trust domain', callerOf(principalOf('production/support-facade', 'evil.example')), '/'],
  ['and its agents', callerOf(principalOf('production/support-facade', 'evil.example'), 'support'), MISMATCH],
  [
    'a trust domain that begins so',
    callerOf(principalOf('production/support-facade', 'cluster.local.evil')),
    '/',
  ],
  ['a suffix alone', callerOf(principalOf('production/-facade')), '/'],
  ['another scheme', callerOf('https://cluster.local/ns/production/sa/support-facade'), '/'],
  ['more path', callerOf(`${principalOf('production/support-facade')}/x`), '/'],
  ['a path in the namespace', callerOf(principalOf('production/x/sa/support-facade')), '/'],
  [
    'a doubled agent',
    callerOf(principalOf('production/support-facade'), 'support,support'),
    'ambiguous-call',
  ],
];
for (const [what, caller, expected] of cases) {
  t.test(`who calls: ${what}`, (t) => {
    t.equal(caller, expected);
    t.end();
  });
}
