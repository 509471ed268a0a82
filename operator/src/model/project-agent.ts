import type { KubeObject } from '@omnia-policy/kube';
import { asRecord } from '../record.js';
import type { Agent, Workspace } from './objects.js';
import { identify } from './project-policy.js';
import { asList, asName, asTexts } from './read-fields.js';

const DEFAULT_SERVICE_GROUP = 'default';

/** An AgentRuntime. */
export function projectAgent(object: KubeObject): Agent {
  const spec = asRecord(object.spec);
  const { name } = object.metadata;
  return {
    ...identify(object),
    serviceAccount: asName(asRecord(spec.podOverrides).serviceAccountName) ?? `${name}-facade`,
    oidc: readOidc(asRecord(spec.externalAuth).oidc),
    privacyPolicy: asName(asRecord(spec.privacyPolicyRef).name),
    serviceGroup: asName(spec.serviceGroup) ?? DEFAULT_SERVICE_GROUP,
  };
}

function readOidc(value: unknown): Agent['oidc'] {
  const fields = asRecord(value);
  const issuer = asName(fields.issuer);
  if (issuer === undefined) return undefined;
  const jwksUri = asName(fields.jwksUri);
  return {
    issuer,
    audiences: [...new Set([...asTexts(fields.audience), ...asTexts(fields.audiences)])],
    ...(jwksUri === undefined ? {} : { jwksUri }),
  };
}

export function projectWorkspace(object: KubeObject): Workspace {
  const spec = asRecord(object.spec);
  return {
    ...identify(object),
    namespace: asName(asRecord(spec.namespace).name) ?? '',
    services: asList(spec.services)
      .map(asRecord)
      .map((service) => ({
        name: asName(service.name) ?? '',
        privacyPolicy: asName(asRecord(service.privacyPolicyRef).name),
      })),
  };
}
