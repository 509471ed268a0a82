import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from '../stack.js';
import { missingTools } from '../tools/find-tool.js';
import { istiocheck, type IstioVerdict } from '../tools/istiocheck.js';

const skip = missingTools('istiocheck');
const folder = join(ROOT, 'operator/testdata');

/**
 * Warnings that stay, by kind. EnvoyFilter: Istio says of every one that Envoy's configuration may change with a version
 * of it; what ours rely on is tested against the oldest and the newest Envoy.
 */
const EXPLAINED: Readonly<Record<string, RegExp>> = {
  EnvoyFilter: /^EnvoyFilter exposes internal implementation details[^;]*$/,
};

/** Istio's kinds among what the operator emits. */
const ISTIO_KINDS = ['AuthorizationPolicy', 'EnvoyFilter', 'RequestAuthentication', 'WasmPlugin'];

function verdictsOf(name: string): readonly IstioVerdict[] {
  return istiocheck(readFileSync(join(folder, name), 'utf8'));
}

const cases = readdirSync(folder).filter((name) => name.endsWith('.out.yaml'));

t.test('the golden outputs are there', (t) => {
  t.ok(cases.length >= 20);
  t.end();
});

for (const name of cases) {
  t.test(`Istio takes every object of ${name}, and warns of nothing that is not explained`, { skip }, (t) => {
    for (const verdict of verdictsOf(name)) {
      t.equal(verdict.known, ISTIO_KINDS.includes(verdict.kind), `${verdict.kind} ${verdict.name}`);
      t.equal(verdict.error, undefined, verdict.name);
      const expected = EXPLAINED[verdict.kind];
      if (verdict.warning !== undefined) t.match(verdict.warning, expected ?? 'no warning', verdict.name);
    }
    t.end();
  });
}

t.test(
  'every AuthorizationPolicy becomes rules that refuse, for the ports of the tools only',
  { skip },
  (t) => {
    const policies = cases.flatMap(verdictsOf).filter(({ kind }) => kind === 'AuthorizationPolicy');
    t.ok(policies.length >= 20);
    for (const { name, httpFilters = [], tcpFilters = [] } of policies) {
      const text = JSON.stringify(httpFilters);
      t.match(text, /"action":"DENY"/, name);
      t.match(text, /"principalName":{"exact":"spiffe:\/\//, name);
      const rules = [...JSON.stringify([httpFilters, tcpFilters]).matchAll(/-rule\[\d+\]":{"permissions":/g)];
      const ports = [
        ...JSON.stringify([httpFilters, tcpFilters]).matchAll(
          /"permissions":\[{"andRules":{"rules":\[{"orRules":{"rules":\[{"destinationPort":/g,
        ),
      ];
      t.equal(ports.length, rules.length, `${name}: each rule has ports`);
    }
    t.end();
  },
);

t.test('a permissive policy only has shadow rules, any other one has none', { skip }, (t) => {
  for (const name of cases) {
    const permissive = name === 'permissive.out.yaml';
    for (const { kind, httpFilters } of verdictsOf(name)) {
      if (kind !== 'AuthorizationPolicy') continue;
      const text = JSON.stringify(httpFilters);
      t.equal(text.includes('"shadowRules":{'), permissive, name);
      t.equal(text.includes('"rules":{"action":"DENY"'), !permissive, name);
    }
  }
  t.end();
});
