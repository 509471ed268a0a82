/**
 * The ext_authz messages as proto-loader gives and takes them: field names as in protos/, numbers of enums as numbers.
 * What a message does not say is undefined; a text may also be empty, which means the same.
 */
export interface CheckRequest {
  readonly attributes?: {
    readonly request?: { readonly http?: HttpRequestMessage };
    readonly context_extensions?: Readonly<Record<string, string>>;
    readonly metadata_context?: { readonly filter_metadata?: Readonly<Record<string, StructMessage>> };
  };
}

export interface HttpRequestMessage {
  readonly method?: string;
  /** Names as sent, pseudo headers included. */
  readonly headers?: Readonly<Record<string, string>>;
  /** With the query. */
  readonly path?: string;
  readonly host?: string;
  readonly body?: string;
  readonly raw_body?: Uint8Array;
}

export interface StructMessage {
  readonly fields?: Readonly<Record<string, ValueMessage>>;
}

/** Other kinds of value are not read: both fields are absent then. */
export interface ValueMessage {
  readonly string_value?: string;
  readonly struct_value?: StructMessage;
}

export interface CheckResponse {
  readonly status: { readonly code: number };
  readonly denied_response?: {
    readonly status: { readonly code: number };
    readonly headers: readonly HeaderOption[];
    readonly body: string;
  };
  readonly ok_response?: { readonly response_headers_to_add: readonly HeaderOption[] };
  readonly dynamic_metadata: StructMessage;
}

export interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string };
  readonly append_action: number;
}

/** HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD */
export const overwrite = 2;

/** google.rpc.Code, as far as a decision needs it. */
export const rpcCode = { ok: 0, permissionDenied: 7 } as const;
