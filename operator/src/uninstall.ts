import {
  createKubeClient,
  isKindMissing,
  isRefusal,
  LEASES,
  LEASE_TIMING,
  refOf,
  refText,
  type KubeClient,
  type KubeObject,
  type ResourceKind,
} from '@omnia-policy/kube';
import { ServiceError, type Logger } from '@omnia-policy/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { EMITTED_KINDS } from './apply/emitted-objects.js';
import { MANAGED_SELECTOR } from './apply/ownership.js';
import type { UninstallSettings } from './configuration.js';
import { OPERATOR_LEASE } from './lead.js';
import { asRecord, asText } from './record.js';

/** For so long running operators leave everything alone, should this be broken off. */
const STANDSTILL_SECONDS = 600;
/** And for so long when it is done: until Helm has removed them. A new installation has to wait for it. */
const FAREWELL_SECONDS = 60;
const ATTEMPTS = 20;

/**
 * Removes every object that the operator made. Running operators would put them back at once, so their lease is taken
 * from them first.
 *
 * @throws ServiceError `not-ready` when something is still there in the end
 */
export async function uninstall(settings: UninstallSettings, logger: Logger): Promise<void> {
  const client = await createKubeClient({ kubeconfig: settings.kubeconfig });
  try {
    const wasHeld = await takeLease(client, settings.systemNamespace, STANDSTILL_SECONDS);
    if (wasHeld) {
      logger.info(
        { waitMs: LEASE_TIMING.renewDeadlineMs },
        'waiting for the running operator to stop writing',
      );
      await sleep(LEASE_TIMING.renewDeadlineMs);
    }
    for (const kind of EMITTED_KINDS) await removeAll(client, kind, logger);
    await takeLease(client, settings.systemNamespace, FAREWELL_SECONDS);
  } finally {
    client.close();
  }
}

/** @returns whether somebody held it, who may not have noticed yet */
async function takeLease(client: KubeClient, namespace: string, seconds: number): Promise<boolean> {
  const ref = { namespace, name: OPERATOR_LEASE };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await client.get(LEASES, ref);
    const metadata = stored?.metadata ?? ref;
    const now = new Date().toISOString().replace('Z', '000Z');
    const spec = {
      ...asRecord(stored?.spec),
      holderIdentity: 'omnia-operator-uninstall',
      leaseDurationSeconds: seconds,
      acquireTime: now,
      renewTime: now,
    };
    const lease: KubeObject = { apiVersion: LEASES.apiVersion, kind: LEASES.kind, metadata, spec };
    try {
      await (stored === undefined ? client.create(LEASES, lease) : client.replace(LEASES, lease));
      return asText(asRecord(stored?.spec).holderIdentity) !== '';
    } catch (error) {
      // Its holder renewed it meanwhile; or the namespace is gone, and so are the operators.
      if (isRefusal(error, 404)) return false;
      if (!isRefusal(error, 409)) throw error;
    }
  }
  throw new ServiceError('not-ready', `the lease ${refText(ref)} could not be taken; try again`);
}

async function removeAll(client: KubeClient, kind: ResourceKind, logger: Logger): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const left = await listManaged(client, kind, logger);
    if (left.length === 0) return;
    for (const { metadata, ...object } of left) {
      const ref = refOf({ metadata });
      await client.delete(kind, ref, metadata.uid).catch((error: unknown) => {
        // Another one of that name; the next list tells.
        if (!isRefusal(error, 409)) throw error;
      });
      logger.info({ object: `${object.kind} ${refText(ref)}` }, 'removed');
    }
    if (attempt > 0) await sleep(500);
  }
  const left = await listManaged(client, kind, logger);
  if (left.length === 0) return;
  const names = left.slice(0, 5).map((object) => refText(refOf(object)));
  throw new ServiceError(
    'not-ready',
    `${left.length} ${kind.kind} are still there (${names.join(', ')}): look for finalizers, or for an operator that still runs.`,
  );
}

async function listManaged(client: KubeClient, kind: ResourceKind, logger: Logger): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  try {
    await client.list(kind, { labelSelector: MANAGED_SELECTOR, metadataOnly: true }, (items) => {
      found.push(...items.map((item) => ({ ...item, kind: kind.kind })));
    });
  } catch (error) {
    if (isKindMissing(error)) return [];
    if (!isRefusal(error, 403)) throw error;
    // Without a right to it, the operator can not have made any.
    logger.warn({ kind: kind.kind }, 'may not be listed');
    return [];
  }
  return found;
}
