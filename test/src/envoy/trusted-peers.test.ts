import t from 'tap';
import type { Answer } from '../send.js';
import { received, tokenFor } from '../tool-call.js';
import { authority, workloadCertificate } from './mesh-certificates.js';
import { startMeshEnvoy, type MeshCall } from './mesh-envoy.js';

const identity = (namespace: string, account: string): string =>
  `spiffe://cluster.local/ns/${namespace}/sa/${account}`;
const AGENT = identity('production', 'support-agent-facade');
const OTHER = identity('production', 'other-agent-facade');
const CLAIM: [string, string] = ['x-omnia-claim-team', 'support'];
const TOOL: [string, string] = ['x-omnia-tool-name', 'lookup_order'];
const POLICIES = `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: AgentPolicy
metadata: { name: support-tools, namespace: production }
spec:
  selector: { agents: [support-agent] }
  toolAccess:
    mode: allowlist
    rules: [{ registry: customer-tools, tools: [lookup_order] }]
`;

const mesh = await startMeshEnvoy({
  policies: POLICIES,
  trustedPeers: [AGENT],
  registries: 'production/customer-tools',
  tunnelPeer: AGENT,
  label: { name: 'app.kubernetes.io/instance', value: 'support-agent' },
});
t.teardown(() => mesh.stop());
const agent = await workloadCertificate(mesh.ca, AGENT);
const other = await workloadCertificate(mesh.ca, OTHER);

/** The claim headers that the tool received. */
function claims(answer: Answer): Record<string, unknown> {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const { headers } = received(answer);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^x[-_]omnia[-_]claim/.test(name)));
}
const call = (changes: Partial<MeshCall>): Promise<Answer> =>
  mesh.call({ to: 'mtls', certificate: agent, headers: [TOOL, CLAIM], ...changes });

t.test("claim headers stay only if the peer's certificate is of a trusted principal", async (t) => {
  t.same(claims(await call({})), { 'x-omnia-claim-team': 'support' });
  t.same(claims(await call({ to: 'optional' })), { 'x-omnia-claim-team': 'support' });
  t.same(claims(await call({ certificate: other })), {}, 'another agent of the mesh');
  await t.rejects(
    call({ to: 'mtls', certificate: await workloadCertificate(await authority('evil'), AGENT) }),
  );
  const two = (first: string, second: string) => workloadCertificate(mesh.ca, first, second);
  t.same(
    claims(await call({ certificate: await two(OTHER, AGENT) })),
    {},
    'the first of two identities counts',
  );
  t.same(claims(await call({ certificate: await two(AGENT, OTHER) })), { 'x-omnia-claim-team': 'support' });
});

t.test('a client without a certificate is nobody', async (t) => {
  const answer = await mesh.call({ to: 'optional', headers: [TOOL, CLAIM] });
  t.equal(answer.status, 403);
  t.match(answer.text, /caller-unknown/);
  const unnamed = await mesh.call({ to: 'optional', headers: [CLAIM] });
  t.same(claims(unnamed), {});
});

t.test('what a trusted peer sends twice or misspelt goes', async (t) => {
  const headers: [string, string][] = [
    TOOL,
    CLAIM,
    ['X-Omnia-Claim-Customer-Id', 'c-1'],
    ['x-omnia-claim-role', 'admin'],
    ['x-omnia-claim-role', 'root'],
    ['x_omnia_claim_scope', 'all'],
  ];
  t.same(claims(await call({ headers })), {
    'x-omnia-claim-team': 'support',
    'x-omnia-claim-customer-id': 'c-1',
  });
});

t.test('behind the end of a tunnel, the peer is the one that it left', async (t) => {
  t.same(claims(await call({ to: 'tunnel' })), { 'x-omnia-claim-team': 'support' });
  const delete_account: [string, string] = ['x-omnia-tool-name', 'delete_account'];
  const denied = await call({ to: 'tunnel', headers: [delete_account] });
  t.equal(denied.status, 403);
  t.match(denied.text, /tool-access/, 'ext-authz knows the agent, and the registries that the proxy told');
});

t.test('the policy service knows the agent by its certificate', async (t) => {
  const denied = async (changes: Partial<MeshCall>): Promise<string> => {
    const { status, text } = await call(changes);
    return status === 403 ? (JSON.parse(text) as { rule: string }).rule : String(status);
  };
  const deleteAccount: [string, string] = ['x-omnia-tool-name', 'delete_account'];
  t.equal(await denied({ headers: [deleteAccount] }), 'tool-access');
  t.equal(
    await denied({ headers: [deleteAccount], certificate: other }),
    '200',
    'no policy selects the other one',
  );
  t.equal(
    await denied({ headers: [deleteAccount, ['x-omnia-agent-name', 'other-agent']] }),
    'agent-mismatch',
    "an agent that forges another's name",
  );
  t.equal(await denied({ headers: [deleteAccount, ['x-omnia-agent-name', 'support-agent']] }), 'tool-access');
  t.equal(await denied({ headers: [TOOL, ['x-omnia-tool-registry', 'billing']] }), 'registry-not-served');
  t.equal(await denied({ headers: [TOOL, ['x-omnia-namespace', 'elsewhere']] }), '200');
});

t.test('the proxy of an agent maps the claims of that agent, whatever the request says', async (t) => {
  const token: [string, string] = ['authorization', `Bearer ${tokenFor({ sub: 'u', team: 'support' })}`];
  const own = { 'x-omnia-claim-all': 'support', 'x-omnia-claim-own': 'support' };
  t.same(claims(await mesh.call({ to: 'agent', headers: [token] })), own);
  const forged: [string, string][] = [
    token,
    ['x-omnia-agent-name', 'other-agent'],
    ['x-omnia-claim-other', 'x'],
  ];
  t.same(claims(await mesh.call({ to: 'agent', headers: forged })), own);
  t.same(claims(await mesh.call({ to: 'agent', headers: [CLAIM] })), {}, 'without a token there are none');
});
