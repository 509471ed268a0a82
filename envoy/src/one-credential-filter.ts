import type { JsonObject } from '@omnia-policy/policy';
import { ONE_CREDENTIAL_FILTER } from './names.js';
import { typedConfig } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';

/**
 * Refuses a call that brings a bearer token and another credential. jwt_authn sees repeated Authorization headers as
 * one, joined by commas, and finds its token behind the comma too (measured: `Basic …` before a valid `Bearer …`
 * passes), while a tool service may act on the first: policies and tool would see two callers. Before jwt_authn.
 */
export function oneCredentialFilter(): NamedExtension {
  return {
    name: ONE_CREDENTIAL_FILTER,
    typed_config: typedConfig('envoy.extensions.filters.http.rbac.v3.RBAC', {
      rules: {
        action: 'DENY',
        policies: {
          'two-credentials': {
            permissions: [{ any: true }],
            principals: [{ and_ids: { ids: [authorizationContains(','), authorizationContains('bearer')] } }],
          },
        },
      },
    }),
  };
}

function authorizationContains(text: string): JsonObject {
  return { header: { name: 'authorization', string_match: { contains: text, ignore_case: true } } };
}
