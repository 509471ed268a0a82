import { claimsFilter, injectFilter, type NamedExtension } from '@omnia-policy/envoy';
import { API_VERSION, compilePolicySet, type JsonObject } from '@omnia-policy/policy';
import { FilterHost } from '@omnia-policy/wasm-filter/testing';
import fc from 'fast-check';
import t from 'tap';

/** The configuration that the module gets from a filter of Envoy's. */
function moduleConfiguration({ typed_config }: NamedExtension): string {
  const { config } = typed_config as unknown as { config: { configuration: { value: string } } };
  return config.configuration.value;
}

function policy(kind: string, spec: JsonObject): JsonObject {
  return { apiVersion: API_VERSION, kind, metadata: { name: 'p', namespace: 'n' }, spec };
}

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
const letters = fc.stringMatching(/^[A-Za-z0-9-]{1,300}$/);
const forwardClaims = fc.array(
  fc.record({
    claim: fc.oneof(name, letters),
    header: letters.map((rest) => `X-Omnia-Claim-${rest}`),
  }),
  { maxLength: 4 },
);
const headerInjection = fc.array(fc.record({ header: fc.oneof(name, letters), value: fc.constant('v') }), {
  maxLength: 4,
});

t.test(
  'what the policies accept, the filter accepts: one refused name would keep its whole configuration out',
  (t) => {
    const host = new FilterHost();
    let accepted = 0;
    fc.assert(
      fc.property(forwardClaims, headerInjection, (claims, injections) => {
        const documents = [
          policy('AgentPolicy', { claimMapping: { forwardClaims: claims } }),
          // Of a broken policy, too, the headers are known to the filter.
          policy('ToolPolicy', { selector: { registry: 'r' }, rules: 'broken', headerInjection: injections }),
        ].map((value, index) => ({ origin: `f#${index}`, value }));
        const { needs } = compilePolicySet(documents, { revision: '1' });
        accepted += needs.claimMappings.length;
        for (const filter of [
          claimsFilter(needs.claimMappings, { filename: 'f' }),
          injectFilter(needs.injectedHeaders, { filename: 'f' }),
        ]) {
          const root = host.createRoot();
          const isAccepted = host.configure(root, moduleConfiguration(filter));
          host.closeContext(root);
          if (!isAccepted) throw new Error(host.state.logs.map(({ message }) => message).join('\n'));
        }
      }),
      { numRuns: 500 },
    );
    t.ok(accepted > 50, `${accepted} mappings accepted`);
    t.end();
  },
);

const TOTALS: readonly (readonly [
  what: string,
  policies: number,
  claims: number,
  claimLength: number,
  leftOut: number,
])[] = [
  ['as many headers as the filter holds', 64, 64, 10, 0],
  ['more headers', 66, 64, 10, 2],
  ['as many bytes as the filter holds', 60, 64, 200, 0],
  ['more bytes', 64, 60, 253, 8],
];
for (const [what, policies, claims, claimLength, leftOut] of TOTALS) {
  t.test(`${what}: the filter takes the configuration, and what is left out is told`, (t) => {
    const documents = Array.from({ length: policies }, (_, index) => ({
      origin: `f#${index}`,
      value: {
        apiVersion: API_VERSION,
        kind: 'AgentPolicy',
        metadata: { name: `p${String(index).padStart(4, '0')}`, namespace: 'n' },
        spec: {
          claimMapping: {
            forwardClaims: Array.from({ length: claims }, (_, claim) => ({
              claim: `${claim}-`.padEnd(claimLength, 'x'),
              header: `X-Omnia-Claim-${index}-${claim}`,
            })),
          },
        },
      },
    }));
    const { needs, entries } = compilePolicySet(documents, { revision: '1' });
    const host = new FilterHost();
    const filter = claimsFilter(needs.claimMappings, { filename: 'f' });
    t.ok(
      host.configure(host.createRoot(), moduleConfiguration(filter)),
      host.state.logs[0]?.message ?? 'accepted',
    );
    const told = entries.filter(({ problems }) => problems.some(({ code }) => code === 'out-of-bounds'));
    t.equal(policies - needs.claimMappings.length, leftOut);
    t.same(
      told.map(({ name }) => name),
      entries.slice(policies - leftOut).map(({ name }) => name),
    );
    t.end();
  });
}

t.test('the filter takes as many trusted peers as it says, and the label of an agent', (t) => {
  const peers = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `spiffe://cluster.local/ns/n/sa/agent-${index}-facade`);
  const accepts = (trustedPeers: readonly string[]): boolean => {
    const filter = claimsFilter(
      [],
      { filename: 'f' },
      { trustedPeers, agentLabel: 'app.kubernetes.io/instance' },
    );
    const host = new FilterHost();
    return host.configure(host.createRoot(), moduleConfiguration(filter));
  };
  t.ok(accepts([]));
  t.ok(accepts(peers(5000)));
  t.notOk(accepts(peers(5001)));
  t.end();
});

t.test(
  'more injected headers than the filter holds: none is named, and nothing passes without a decision',
  (t) => {
    const documents = Array.from({ length: 120 }, (_, policyIndex) => ({
      origin: `f#${policyIndex}`,
      value: policy('ToolPolicy', {
        selector: { registry: `r${policyIndex}` },
        rules: 'broken',
        onFailure: 'allow',
        headerInjection: Array.from({ length: 32 }, (_, index) => ({
          header: `x-${policyIndex}-${index}-`.padEnd(256, 'y'),
          value: 'v',
        })),
      }),
    }));
    const { needs } = compilePolicySet(documents, { revision: '1' });
    t.match(needs, { injectedHeaders: [], failOpen: false });
    const few = compilePolicySet(documents.slice(0, 109), { revision: '1' }).needs;
    t.match(few, { failOpen: true });
    const host = new FilterHost();
    const filter = injectFilter(few.injectedHeaders, { filename: 'f' });
    t.ok(
      host.configure(host.createRoot(), moduleConfiguration(filter)),
      host.state.logs[0]?.message ?? 'accepted',
    );
    t.end();
  },
);
