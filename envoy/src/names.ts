/**
 * Names that more than one part relies on: the wasm module and ext-authz read the metadata namespaces, operators patch
 * filters by name, dashboards select clusters by name.
 */

/** Filter names. Ours differ from the types' names, so that a patch never hits somebody else's filter of that type. */
export const CLAIMS_FILTER = 'omnia.claims';
export const EXT_AUTHZ_FILTER = 'omnia.ext_authz';
export const INJECT_FILTER = 'omnia.inject';
export const ONE_CREDENTIAL_FILTER = 'omnia.one_credential';
export const JWT_AUTHN_FILTER = 'envoy.filters.http.jwt_authn';

export const EXT_AUTHZ_CLUSTER = 'omnia-ext-authz';
export const UPSTREAM_CLUSTER = 'omnia-upstream';

/** Where jwt_authn leaves the verified claims: this namespace of the dynamic metadata, this key. */
export const JWT_METADATA_NAMESPACE = JWT_AUTHN_FILTER;
export const JWT_METADATA_KEY = 'payload';

/**
 * Where the ext_authz filter leaves what ext-authz answered: under the name of its type, whatever the filter itself is
 * called (measured with Envoy 1.36, 1.39 and 1.40). `inject` holds the headers to write, as JSON.
 */
export const DECISION_METADATA_NAMESPACE = 'envoy.filters.http.ext_authz';
export const DECISION_METADATA_KEY = 'inject';

/** Headers that carry mapped claims begin so. */
export const CLAIM_HEADER_PREFIX = 'x-omnia-claim-';

/** gRPC metadata that tells ext-authz how many bytes of a body this Envoy buffers for it; absent for none. */
export const BODY_METADATA_KEY = 'x-omnia-body';

/** Key of the context extensions that name the registries which a workload serves: `namespace/name`, joined with `,`. */
export const REGISTRIES_CONTEXT_KEY = 'omnia_registries';

/**
 * gRPC metadata for what a waypoint knows of a request: the registries as above (routes of VirtualServices take no context
 * extensions there), and the SPIFFE id of the peer, whose connection ends in another listener.
 */
export const REGISTRIES_METADATA_KEY = 'x-omnia-registries';
export const PRINCIPAL_METADATA_KEY = 'x-omnia-principal';
