import type { JsonObject } from '@omnia-policy/policy';
import { JWT_AUTHN_FILTER, JWT_METADATA_KEY } from './names.js';
import { typedConfig } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's public keys, as the text of a JWK set. */
  readonly jwks: string;
  /** `optional` lets a call without a token pass; a token that does not verify is refused either way. */
  readonly requirement: 'required' | 'optional';
}

const PROVIDER = 'users';

/** Tokens whose verification is remembered per worker; verifying RS256 costs more than all other filters together. */
const CACHED_TOKENS = 1000;

/** Verifies the user's token and leaves its claims in the dynamic metadata. */
export function jwtAuthnFilter(settings: JwtSettings): NamedExtension {
  return {
    name: JWT_AUTHN_FILTER,
    typed_config: typedConfig('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
      providers: { [PROVIDER]: provider(settings) },
      rules: [{ match: { prefix: '/' }, requires: requirement(settings) }],
    }),
  };
}

function provider(settings: JwtSettings): JsonObject {
  return {
    issuer: settings.issuer,
    audiences: [settings.audience],
    local_jwks: { inline_string: settings.jwks },
    // Named, because the default also accepts a token in the query, where logs would keep it.
    from_headers: [{ name: 'Authorization', value_prefix: 'Bearer ' }],
    forward: true,
    payload_in_metadata: JWT_METADATA_KEY,
    require_expiration: true,
    jwt_cache_config: { jwt_cache_size: CACHED_TOKENS },
  };
}

function requirement(settings: JwtSettings): JsonObject {
  const verified = { provider_name: PROVIDER };
  if (settings.requirement === 'required') return verified;
  return { requires_any: { requirements: [verified, { allow_missing: {} }] } };
}
