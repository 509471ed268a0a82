import type { JsonObject, MeshNeeds } from '@omnia-policy/policy';
import { BODY_METADATA_KEY, EXT_AUTHZ_FILTER, JWT_METADATA_NAMESPACE } from './names.js';
import { duration, typedConfig } from './typed-config.js';
import type { NamedExtension, TypedConfig } from './typed-config.js';

export const EXT_AUTHZ_FILTER_TYPE = 'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz';

export interface ExtAuthzSettings {
  /** The cluster that leads to ext-authz. */
  readonly cluster: string;
  /** How long one call may wait for its decision. */
  readonly timeoutMs: number;
  /** How much of a body Envoy buffers and sends, if some policy reads bodies at all. */
  readonly maxRequestBytes: number;
  /**
   * gRPC metadata of every question, by name: what the proxy knows and a Check has no place for. Values may use Envoy's
   * substitutions (`%FILTER_STATE(…)%`).
   */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Asks ext-authz about every call. Without an answer the call is refused with 503, unless every policy fails open. */
export function extAuthzFilter(
  needs: Pick<MeshNeeds, 'readsBody' | 'failOpen'>,
  settings: ExtAuthzSettings,
): NamedExtension {
  const metadata = [
    ...(needs.readsBody ? [bodyMark(settings.maxRequestBytes)] : []),
    ...Object.entries(settings.metadata ?? {}).map(([key, value]) => ({ key, value })),
  ];
  return {
    name: EXT_AUTHZ_FILTER,
    typed_config: typedConfig(EXT_AUTHZ_FILTER_TYPE, {
      transport_api_version: 'V3',
      grpc_service: {
        envoy_grpc: { cluster_name: settings.cluster },
        timeout: duration(settings.timeoutMs),
        ...(metadata.length === 0 ? {} : { initial_metadata: metadata }),
      },
      ...(needs.readsBody ? { with_request_body: requestBody(settings.maxRequestBytes) } : {}),
      failure_mode_allow: needs.failOpen,
      status_on_error: { code: 'ServiceUnavailable' },
      metadata_context_namespaces: [JWT_METADATA_NAMESPACE],
      // The token has been verified; its claims go along as metadata.
      disallowed_headers: { patterns: [{ exact: 'authorization', ignore_case: true }] },
      // Request headers are written by the inject filter alone, which removes incoming copies first.
      decoder_header_mutation_rules: { disallow_all: true, disallow_is_error: true },
      validate_mutations: true,
    }),
  };
}

/** Settings of the filter for one virtual host: texts that every question about its requests carries. */
export function extAuthzContext(extensions: Readonly<Record<string, string>>): TypedConfig {
  return typedConfig(`${EXT_AUTHZ_FILTER_TYPE}PerRoute`, {
    check_settings: { context_extensions: extensions },
  });
}

/** Same resource as `with_request_body`, so that both change at one moment. */
function bodyMark(maxRequestBytes: number): JsonObject {
  return { key: BODY_METADATA_KEY, value: String(maxRequestBytes) };
}

/** Partial bodies go on: the policies that read them count them as unreadable, the others still decide. */
function requestBody(maxRequestBytes: number): JsonObject {
  return { max_request_bytes: maxRequestBytes, allow_partial_message: true, pack_as_bytes: true };
}
