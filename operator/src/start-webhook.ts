import type { OperatorParts } from './run-operator.js';
import { allCaches } from './caches/watch-cluster.js';
import { splitList } from './read-plan-settings.js';
import { judgeAdmission } from './webhook/judge-admission.js';
import { privacyPolicyReferences } from './webhook/privacy-policy-references.js';
import { runWebhook, type RunningWebhook } from './webhook/run-webhook.js';

export const WEBHOOK_SECRET = 'omnia-webhook-cert';
const CERTIFICATE_LIFETIME_MS = 90 * 24 * 3600_000;

/** Undefined when no address was given. @throws ServiceError when it can't be had */
export async function startWebhook(parts: OperatorParts): Promise<RunningWebhook | undefined> {
  const { settings, client, caches, metrics, logger, signal } = parts;
  if (settings.webhook === undefined) return undefined;
  const references = privacyPolicyReferences(caches);
  return runWebhook({
    address: settings.webhook,
    client,
    secret: { namespace: settings.systemNamespace, name: WEBHOOK_SECRET },
    hosts: hostsOf(settings),
    configuration: settings.webhookConfiguration,
    lifetimeMs: CERTIFICATE_LIFETIME_MS,
    now: Date.now,
    asked: {},
    judge: () => {
      // Else a policy that is in use could be deleted.
      if (allCaches(caches).some(({ health }) => health.state === 'pending')) return undefined;
      return (request) => {
        const verdict = judgeAdmission(request, references);
        metrics.reviewed(verdict.allowed ? 'allowed' : 'denied');
        return verdict;
      };
    },
    logger,
    signal,
  });
}

/** The names that Kubernetes gives the Service. */
function hostsOf({
  webhookService: name,
  systemNamespace,
  clusterDomain,
  webhookHosts,
}: OperatorParts['settings']): string[] {
  const service = `${name}.${systemNamespace}.svc`;
  return [service, `${service}.${clusterDomain}`, ...splitList(webhookHosts)];
}
