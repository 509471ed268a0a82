/** What an ext_authz CheckRequest says, as far as a decision needs it. Absent texts are empty, as protobuf has it. */
export interface CheckRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly host: string;
  /** Names as sent, pseudo headers included. Undefined: the message describes no HTTP request. */
  readonly headers: ReadonlyMap<string, string> | undefined;
  /** Empty when there is none. */
  readonly body: Uint8Array;
  readonly contextExtensions: ReadonlyMap<string, string>;
  /** `sub` of the token that Envoy's jwt_authn filter verified. */
  readonly subject: string;
}

/** An encoded CheckResponse. */
export type EncodedCheckResponse = Buffer;

/** A CheckResponse before it is encoded: names as in protos/. */
export interface CheckResponse {
  readonly status: { readonly code: number };
  readonly denied_response?: {
    readonly status: { readonly code: number };
    readonly headers: readonly HeaderOption[];
    readonly body: string;
  };
  readonly ok_response?: { readonly response_headers_to_add: readonly HeaderOption[] };
  readonly dynamic_metadata: { readonly fields: Readonly<Record<string, { readonly string_value: string }>> };
}

export interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string };
  readonly append_action: number;
}

/** HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD */
export const overwrite = 2;

/** google.rpc.Code, as far as a decision needs it. */
export const rpcCode = { ok: 0, permissionDenied: 7 } as const;
