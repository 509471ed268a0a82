import t, { type Test } from 'tap';
import { until } from '../until.js';
import {
  AGENT_POLICY_REFERENCE,
  PRIVACY_POLICIES,
  readListing,
  SECURING_AGENTS,
  type ExpectedListing,
  type Step,
} from '../walkthroughs.js';
import { startGovernedMesh, type GovernedMesh } from './governed-mesh.js';
import { meshIsMissing } from './mesh.js';

const WALKTHROUGHS = [SECURING_AGENTS, PRIVACY_POLICIES, AGENT_POLICY_REFERENCE];

t.test('what kubectl shows, as the guides print it', { skip: meshIsMissing }, async (t) => {
  const mesh = await startGovernedMesh(t);
  const namespaces = new Set(WALKTHROUGHS.flatMap((walkthrough) => walkthrough.namespaces));
  namespaces.delete('omnia-system');
  for (const namespace of namespaces) {
    await mesh.apiServer.createNamespace(namespace);
    for (const name of ['customer-tools', 'common-tools'])
      await mesh.apiServer.apply(served(namespace, name));
  }
  for (const { title, steps } of WALKTHROUGHS) {
    t.test(title, async (t) => {
      for (const step of steps) await takeStep(t, mesh, step);
    });
  }
});

async function takeStep(t: Test, { apiServer, operator }: GovernedMesh, step: Step): Promise<void> {
  if (step.kind === 'apply') {
    t.match(await apiServer.kubectl(['apply', '-f', step.file]), { code: 0, stderr: '' }, step.file);
    return;
  }
  const name = `kubectl ${step.args.join(' ')}`;
  let last = '';
  const shown = await until(
    async () => {
      const { code, stdout } = await apiServer.kubectl(step.args);
      last = stdout;
      return code === 0 && (step.kind === 'json' ? matches(stdout, step.shows) : lists(stdout, step.shows));
    },
    { what: name, timeoutMs: 20_000, details: () => `${last}\n${operator.log.slice(-10).join('\n')}` },
  );
  t.ok(shown, name);
}

function matches(stdout: string, shows: unknown): boolean {
  return stdout !== '' && has(JSON.parse(stdout), shows);
}

/** Every expected part is there: a value, a class of values, or a form. */
function has(found: unknown, expected: unknown): boolean {
  if (expected === String) return typeof found === 'string';
  if (expected instanceof RegExp) return typeof found === 'string' && expected.test(found);
  if (typeof expected !== 'object' || expected === null) return found === expected;
  return Object.entries(expected).every(([key, part]) =>
    has(Reflect.get(Object(found) as object, key), part),
  );
}

function lists(stdout: string, { header, rows }: ExpectedListing): boolean {
  const listing = readListing(stdout);
  const isTitled = header === undefined || listing.header === header;
  return isTitled && listing.rows.length === rows.length && has(listing.rows, rows);
}

/** The Service of a registry's tools, and a pod behind it with a sidecar. */
function served(namespace: string, name: string): object[] {
  const labels = { app: name };
  const containers = [name, 'istio-proxy'].map((container) => ({ name: container, image: 'none' }));
  return [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name } },
      spec: { selector: labels, ports: [{ name: 'http', port: 8080 }] },
    },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: `${name}-0`, labels } },
      spec: { containers },
    },
  ];
}
