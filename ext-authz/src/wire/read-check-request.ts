import { KEY, MessageReader, VALUE } from './message-reader.js';

/** What a decision needs of a CheckRequest. What the message does not say is an empty text. */
export interface CheckRequest {
  method: string;
  /** With the query. */
  path: string;
  host: string;
  /** By lower-case name, without pseudo headers. */
  readonly headers: Map<string, string>;
  /** Sent as bytes or as text, whichever Envoy is configured to do. */
  body: Uint8Array;
  readonly contextExtensions: Map<string, string>;
  /** `sub` of the token that Envoy's jwt_authn filter verified. */
  subject: string;
  /** What the client's certificate says of it; in a mesh its SPIFFE id. */
  principal: string;
}

/**
 * Reads what {@link CheckRequest} names of an envoy.service.auth.v3.CheckRequest and skips the rest: to make objects of
 * all that Envoy sends costs more than to decide. The fields' numbers are those of protos/.
 *
 * @throws Error when the bytes are no message
 */
export function readCheckRequest(bytes: Buffer): CheckRequest {
  const message = new MessageReader(bytes);
  const request: CheckRequest = {
    method: '',
    path: '',
    host: '',
    headers: new Map(),
    body: NO_BYTES,
    contextExtensions: new Map(),
    subject: '',
    principal: '',
  };
  message.parts(bytes.length, (field, end) => {
    if (field === 1) readAttributes(message, end, request);
  });
  return request;
}

const NO_BYTES = new Uint8Array(0);

/** AttributeContext */
function readAttributes(message: MessageReader, end: number, request: CheckRequest): void {
  message.parts(end, (field, partEnd) => {
    if (field === 4) {
      message.parts(partEnd, (part, httpEnd) => {
        if (part === 2) readHttp(message, httpEnd, request);
      });
    } else if (field === 1) {
      message.parts(partEnd, (part) => {
        if (part === 4) request.principal = message.text();
      });
    } else if (field === 10) {
      readEntry(message, partEnd, request.contextExtensions);
    } else if (field === 11) {
      readSubject(message, partEnd, request);
    }
  });
}

/** AttributeContext.HttpRequest */
function readHttp(message: MessageReader, end: number, request: CheckRequest): void {
  message.parts(end, (field, partEnd) => {
    if (field === 2) request.method = message.text();
    else if (field === 3) readEntry(message, partEnd, request.headers);
    else if (field === 4) request.path = message.text();
    else if (field === 5) request.host = message.text();
    else if (field === 11 || field === 12) request.body = message.bytes(partEnd);
  });
}

const COLON = 0x3a;

function readEntry(message: MessageReader, end: number, entries: Map<string, string>): void {
  let name = '';
  let value = '';
  message.parts(end, (field) => {
    if (field === KEY && !message.startsWith(COLON)) name = message.text();
    else if (field === VALUE) value = message.text();
  });
  if (name !== '') entries.set(name.toLowerCase(), value);
}

/** Metadata: the claims that the token's filter left, as a Struct in a Struct. */
function readSubject(message: MessageReader, end: number, request: CheckRequest): void {
  const STRUCT = 5;
  const STRING = 3;
  message.valuesOf('envoy.filters.http.jwt_authn', end, (filterEnd) => {
    message.valuesOf('payload', filterEnd, (payloadEnd) => {
      message.parts(payloadEnd, (kind, claimsEnd) => {
        if (kind !== STRUCT) return;
        message.valuesOf('sub', claimsEnd, (valueEnd) => {
          message.parts(valueEnd, (type) => {
            if (type === STRING) request.subject = message.text();
          });
        });
      });
    });
  });
}
