import type { DnsLookupFamily } from '@omnia-policy/envoy';
import type { Issuer } from '../istio/request-authentication.js';
import type { OciModule } from '../istio/wasm-plugin.js';

/** What all plans share; from the operator's configuration. */
export interface PlanSettings {
  /** Where the operator and ext-authz run. */
  readonly systemNamespace: string;
  /** Istio's, where its objects hold for the whole mesh; `istio-system` unless said otherwise. */
  readonly istioRootNamespace?: string;
  /** Last part of the Services' host names; `cluster.local` unless said otherwise. */
  readonly clusterDomain?: string;
  /** First part of every workload's identity: `spiffe://<trustDomain>/ns/…/sa/…`. */
  readonly trustDomain: string;
  /** Host (headless Service) and port of ext-authz, as the proxies of tools reach it. */
  readonly extAuthz: {
    readonly host: string;
    readonly port: number;
    readonly timeoutMs: number;
    readonly maxRequestBytes: number;
    /** `V4_ONLY` unless said otherwise. */
    readonly dnsLookupFamily?: DnsLookupFamily;
  };
  /**
   * The module, base64: carried in each EnvoyFilter. With `oci`, the claims role is a WasmPlugin that istio-agent fetches;
   * the inject role stays in the EnvoyFilter, since no WasmPlugin comes after ext_authz.
   */
  readonly wasmModule: { readonly inlineBase64: string; readonly oci?: OciModule };
  /** How many agents one tool workload can take claims from; 5,000, which is what the filter holds, unless said otherwise. */
  readonly maxTrustedPeers?: number;
  /** For agents whose AgentRuntime names no issuer. */
  readonly defaultIssuer?: Issuer;
}
