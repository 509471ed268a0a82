import {
  createKubeClient,
  createKubeMetrics,
  createKubePolicySource,
  PODS,
  type KubeClient,
  type KubePolicySource,
  type OwnerReference,
} from '@omnia-policy/kube';
import type { PolicySet } from '@omnia-policy/policy';
import type { Logger, Metrics } from '@omnia-policy/service';
import { hostname } from 'node:os';
import { createEnforcedLease, type EnforcedLease } from './enforced-lease.js';
import { enforcedPolicies } from './enforced-policies.js';
import type { LoadedSource } from './loaded-source.js';
import type { LoadMetrics } from './metrics.js';
import type { ClusterSettings } from './source-settings.js';

/** Of this program in server-side apply. */
const FIELD_MANAGER = 'omnia-ext-authz';

export interface ClusterSourceParts {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly load: LoadMetrics;
}

/**
 * The policies of the API server's namespaces; what is in force is told by a Lease.
 *
 * @throws ServiceError when it is not known how to reach the server
 */
export async function clusterSource(
  settings: ClusterSettings,
  { logger, metrics, load }: ClusterSourceParts,
): Promise<LoadedSource> {
  const kubeMetrics = createKubeMetrics(metrics);
  const client = await createKubeClient({
    kubeconfig: settings.kubeconfig,
    fieldManager: FIELD_MANAGER,
    metrics: kubeMetrics,
  });
  const source = createKubePolicySource({
    ...{ client, logger, metrics: kubeMetrics },
    onLoad(_report, policySet) {
      if (policySet === undefined) return;
      load.problems(policySet.entries.flatMap(({ problems }) => problems).length);
      load.loaded(policySet, Date.now());
    },
  });
  const reporting = createReporting(source, leaseOf(settings, client, logger));
  return {
    start: (onChange, signal) =>
      source.start((policySet) => {
        reporting.noteDelivered(policySet);
        onChange(policySet);
      }, signal),
    report: () => source.report(),
    locate: (_origin, problem) => problem,
    noteInForce: reporting.noteInForce,
    async close() {
      await reporting.close();
      client.close();
    },
  };
}

function leaseOf(
  { reportNamespace: namespace, podName, podUid }: ClusterSettings,
  client: KubeClient,
  logger: Logger,
): EnforcedLease {
  const replica = podName ?? hostname();
  const owner: OwnerReference | undefined =
    podName === undefined || podUid === undefined
      ? undefined
      : { apiVersion: PODS.apiVersion, kind: PODS.kind, name: podName, uid: podUid };
  return createEnforcedLease({
    ...{ client, logger, owner },
    lease: { namespace, name: `omnia-ext-authz-${replica.toLowerCase().replace(/[^a-z0-9.-]/g, '-')}` },
  });
}

/** How soon it is told that a change needed no new set, such as a status that the operator wrote. */
const LOOK_MS = 1000;

interface Reporting {
  /** What the source says of its versions is of this set from now on. */
  readonly noteDelivered: (policySet: PolicySet) => void;
  readonly noteInForce: (policySet: PolicySet) => void;
  readonly close: () => Promise<void>;
}

/** Tells of each set that is in force, and how far the server's history has been followed since without a new one. */
function createReporting(
  source: Pick<KubePolicySource, 'resourceVersions'>,
  lease: EnforcedLease,
): Reporting {
  let delivered: PolicySet | undefined;
  let inForce: PolicySet | undefined;
  let reported: string | undefined;
  const report = (): void => {
    const resourceVersion = source.resourceVersions().ToolPolicy ?? '';
    if (inForce === undefined || inForce !== delivered || resourceVersion === reported) return;
    reported = resourceVersion;
    lease.report(enforcedPolicies(inForce, resourceVersion));
  };
  const timer = setInterval(report, LOOK_MS);
  timer.unref();
  return {
    noteDelivered(policySet) {
      delivered = policySet;
    },
    noteInForce(policySet) {
      if (policySet !== inForce) reported = undefined;
      inForce = policySet;
      report();
    },
    close() {
      clearInterval(timer);
      return lease.withdraw();
    },
  };
}
