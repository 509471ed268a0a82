/** What all plans share; from the operator's configuration. */
export interface PlanSettings {
  /** Where the operator and ext-authz run. */
  readonly systemNamespace: string;
  /** First part of every workload's identity: `spiffe://<trustDomain>/ns/…/sa/…`. */
  readonly trustDomain: string;
  /** Host (headless Service) and port of ext-authz, as the proxies of tools reach it. */
  readonly extAuthz: {
    readonly host: string;
    readonly port: number;
    readonly timeoutMs: number;
    readonly maxRequestBytes: number;
  };
  /** The module, base64: carried in each EnvoyFilter. */
  readonly wasmModule: { readonly inlineBase64: string };
  /** For agents whose AgentRuntime names no issuer, and for tools. */
  readonly defaultIssuer?: {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly jwksUri?: string;
    readonly jwks?: string;
  };
}
