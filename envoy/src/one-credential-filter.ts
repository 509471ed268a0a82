import type { JsonObject } from '@omnia-policy/policy';
import { ONE_CREDENTIAL_FILTER } from './names.js';
import { typedConfig } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';

/**
 * One bearer token and nothing else, in the one spelling of the scheme that jwt_authn knows. Without padding: a JWT has
 * none (RFC 7515, section 2).
 */
const ONE_BEARER_TOKEN = '^Bearer +[A-Za-z0-9_.-]+$';

/**
 * Refuses a call whose Authorization speaks of a bearer token and holds anything beside it. jwt_authn takes the token
 * from behind `Bearer ` wherever that stands (measured: `Basic … Bearer …`, `xBearer …`, and repeated headers, which it
 * sees joined by commas), while a tool service may act on what stands first: policies and tool would see two callers.
 * Before jwt_authn.
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
            principals: [{ and_ids: { ids: [mentionsBearer, { not_id: isOneBearerToken }] } }],
          },
        },
      },
    }),
  };
}

const mentionsBearer = authorization({ contains: 'bearer', ignore_case: true });
const isOneBearerToken = authorization({ safe_regex: { regex: ONE_BEARER_TOKEN } });

function authorization(match: JsonObject): JsonObject {
  return { header: { name: 'authorization', string_match: match } };
}
