/**
 * A CheckResponse with the field names of protos/, as far as a decision needs it. Numbers of enums are numbers.
 */
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
