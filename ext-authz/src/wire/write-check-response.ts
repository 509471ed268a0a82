import protobuf from 'protobufjs/minimal.js';
import type { CheckResponse, HeaderOption } from '../check-response.js';

type Writer = protobuf.Writer;

/** The bytes of an envoy.service.auth.v3.CheckResponse. The fields' numbers are those of protos/. */
export function writeCheckResponse(response: CheckResponse): Buffer {
  const { status, denied_response: denied, ok_response: ok, dynamic_metadata: metadata } = response;
  const writer = protobuf.Writer.create();
  writeCode(writer, status.code);
  if (denied !== undefined) {
    open(writer, 2);
    writeCode(writer, denied.status.code);
    writeHeaderOptions(writer, 2, denied.headers);
    writeText(writer, 3, denied.body);
    writer.ldelim();
  }
  if (ok !== undefined) {
    open(writer, 3);
    writeHeaderOptions(writer, 6, ok.response_headers_to_add);
    writer.ldelim();
  }
  open(writer, 4);
  writeStruct(writer, metadata.fields);
  writer.ldelim();
  // In Node the library makes Buffers, although it does not say so.
  return writer.finish() as Buffer;
}

/** google.rpc.Status and envoy.type.v3.HttpStatus: both are field 1 of their message and hold a code as field 1. */
function writeCode(writer: Writer, code: number): void {
  open(writer, 1);
  writer.uint32(tag(1, NUMBER)).int32(code).ldelim();
}

function writeHeaderOptions(writer: Writer, field: number, options: readonly HeaderOption[]): void {
  for (const { header, append_action } of options) {
    open(writer, field);
    open(writer, 1);
    writeText(writer, 1, header.key);
    writeText(writer, 2, header.value);
    writer.ldelim();
    writer.uint32(tag(3, NUMBER)).int32(append_action).ldelim();
  }
}

/** google.protobuf.Struct with texts as values. */
function writeStruct(writer: Writer, fields: CheckResponse['dynamic_metadata']['fields']): void {
  for (const [key, { string_value }] of Object.entries(fields)) {
    open(writer, 1);
    writeText(writer, 1, key);
    open(writer, 2);
    writeText(writer, 3, string_value);
    writer.ldelim().ldelim();
  }
}

/** Starts a message in a message; `ldelim` ends it. */
function open(writer: Writer, field: number): void {
  writer.uint32(tag(field, WITH_LENGTH)).fork();
}

function writeText(writer: Writer, field: number, text: string): void {
  writer.uint32(tag(field, WITH_LENGTH)).string(text);
}

function tag(field: number, type: number): number {
  return (field << 3) | type;
}

const NUMBER = 0;
const WITH_LENGTH = 2;
