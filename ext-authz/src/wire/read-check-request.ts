import type { CheckRequest } from '../check-messages.js';
import { WireReader } from './wire-reader.js';

/**
 * Decodes the bytes of a CheckRequest. A decoder of our own, because every request pays for it: it gives the form
 * that decisions need and creates no object for what they do not. A test compares it with the official definitions.
 *
 * @throws RangeError when the bytes are no CheckRequest
 */
export function readCheckRequest(bytes: Buffer): CheckRequest {
  const draft: Draft = {
    method: '',
    path: '',
    host: '',
    headers: undefined,
    body: noBytes,
    contextExtensions: new Map(),
    subject: '',
  };
  const reader = new WireReader(bytes);
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === checkRequest.attributes) readAttributes(reader, draft);
    else reader.skip(tag);
  }
  return draft;
}

type Draft = { -readonly [Key in keyof CheckRequest]: CheckRequest[Key] } & {
  headers: Map<string, string> | undefined;
  contextExtensions: Map<string, string>;
};

const noBytes = new Uint8Array(0);

/** Tag of a field whose content has a length: text, bytes or a message. */
const delimited = (field: number): number => field * 8 + 2;
const checkRequest = { attributes: delimited(1) } as const;
const attributeContext = {
  request: delimited(4),
  contextExtensions: delimited(10),
  metadata: delimited(11),
} as const;
const requestAttributes = { http: delimited(2) } as const;
const httpRequest = {
  method: delimited(2),
  headers: delimited(3),
  path: delimited(4),
  host: delimited(5),
  body: delimited(11),
  rawBody: delimited(12),
} as const;
const filterMetadata = delimited(1);
const structFields = delimited(1);
const valueKind = { stringValue: delimited(3), structValue: delimited(5) } as const;
const entry = { key: delimited(1), value: delimited(2) } as const;

function readAttributes(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === attributeContext.request) readRequest(reader, draft);
    else if (tag === attributeContext.contextExtensions) readTextEntry(reader, draft.contextExtensions);
    else if (tag === attributeContext.metadata) readMetadata(reader, draft);
    else reader.skip(tag);
  }
  reader.leave(outer);
}

function readRequest(reader: WireReader, draft: Draft): void {
  const outer = reader.enter();
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === requestAttributes.http) readHttp(reader, draft);
    else reader.skip(tag);
  }
  reader.leave(outer);
}

function readHttp(reader: WireReader, draft: Draft): void {
  const headers = (draft.headers ??= new Map<string, string>());
  const outer = reader.enter();
  while (reader.hasMore()) {
    const tag = reader.tag();
    switch (tag) {
      case httpRequest.headers:
        readTextEntry(reader, headers);
        break;
      case httpRequest.method:
        draft.method = reader.text();
        break;
      case httpRequest.path:
        draft.path = reader.text();
        break;
      case httpRequest.host:
        draft.host = reader.text();
        break;
      case httpRequest.body:
      case httpRequest.rawBody:
        // As text or as bytes, whichever Envoy is configured to send.
        draft.body = reader.view();
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
}

function readTextEntry(reader: WireReader, into: Map<string, string>): void {
  const outer = reader.enter();
  let key = '';
  let value = '';
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag === entry.key) key = reader.text();
    else if (tag === entry.value) value = reader.text();
    else reader.skip(tag);
  }
  reader.leave(outer);
  into.set(key, value);
}

/** Metadata of the filters before: only the verified token's subject is read. */
function readMetadata(reader: WireReader, draft: Draft): void {
  const payload = structNamed(reader.view(), filterMetadata, 'envoy.filters.http.jwt_authn');
  const claims = payload && kindOf(structNamed(payload, structFields, 'payload'), valueKind.structValue);
  const subject = claims && kindOf(structNamed(claims, structFields, 'sub'), valueKind.stringValue);
  draft.subject = subject?.toString('utf8') ?? draft.subject;
}

/** The value under a key of a map field, still encoded. The last one counts, as in every protobuf map. */
function structNamed(message: Buffer, field: number, name: string): Buffer | undefined {
  const reader = new WireReader(message);
  let found: Buffer | undefined;
  while (reader.hasMore()) {
    const tag = reader.tag();
    if (tag !== field) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    let key = '';
    let value: Buffer = emptyMessage;
    while (reader.hasMore()) {
      const inner = reader.tag();
      if (inner === entry.key) key = reader.text();
      else if (inner === entry.value) value = reader.view();
      else reader.skip(inner);
    }
    reader.leave(outer);
    if (key === name) found = value;
  }
  return found;
}

const emptyMessage = Buffer.alloc(0);

/** The content of a Value, if it is of the wanted kind. */
function kindOf(value: Buffer | undefined, kind: number): Buffer | undefined {
  if (value === undefined) return undefined;
  const reader = new WireReader(value);
  let found: Buffer | undefined;
  while (reader.hasMore()) {
    const tag = reader.tag();
    // Another kind after it takes its place.
    if (tag !== kind) {
      found = undefined;
      reader.skip(tag);
    } else found = reader.view();
  }
  return found;
}
