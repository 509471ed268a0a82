import { VALIDATING_WEBHOOKS, type KubeClient, type KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';

/**
 * Makes the API server trust these authorities (PEM) for every webhook of a ValidatingWebhookConfiguration. Writes only
 * when something differs. False when there is no such configuration.
 */
export async function trustAuthorities(
  client: KubeClient,
  configuration: string,
  authorities: string,
): Promise<boolean> {
  const stored = await client.get(VALIDATING_WEBHOOKS, { namespace: '', name: configuration });
  if (stored === undefined) return false;
  const caBundle = Buffer.from(authorities, 'utf8').toString('base64');
  const webhooks = webhooksOf(stored);
  if (webhooks.every((webhook) => webhook.caBundle === caBundle)) return true;
  const object: KubeObject = {
    apiVersion: VALIDATING_WEBHOOKS.apiVersion,
    kind: VALIDATING_WEBHOOKS.kind,
    // Only the one that was read: a configuration that is deleted meanwhile is not made again from half of it.
    metadata: { name: configuration, ...(stored.metadata.uid !== undefined && { uid: stored.metadata.uid }) },
    webhooks: webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } })),
  };
  await client.apply(VALIDATING_WEBHOOKS, object, { force: true });
  return true;
}

/** Whether the API server is configured to trust an authority for all of them. */
export function trusts(configuration: KubeObject, authority: string): boolean {
  return webhooksOf(configuration).every(({ caBundle }) =>
    Buffer.from(caBundle, 'base64').toString('utf8').includes(authority),
  );
}

function webhooksOf({ webhooks }: KubeObject): { readonly name: string; readonly caBundle: string }[] {
  if (!Array.isArray(webhooks)) return [];
  return webhooks.map((webhook: unknown) => {
    const { name, clientConfig } = asRecord(webhook);
    return { name: asText(name), caBundle: asText(asRecord(clientConfig).caBundle) };
  });
}
