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
