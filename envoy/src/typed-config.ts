import type { JsonObject, JsonValue } from '@omnia-policy/policy';

/** A `google.protobuf.Any` in JSON: the message's fields beside its type. */
export interface TypedConfig extends JsonObject {
  readonly '@type': string;
}

/** An HTTP filter (or another named extension) with its configuration. */
export interface NamedExtension extends JsonObject {
  readonly name: string;
  readonly typed_config: TypedConfig;
}

/** @param type full protobuf name, for example `envoy.config.core.v3.Node`. */
export function typedConfig(type: string, fields: JsonObject): TypedConfig {
  return { '@type': typeUrl(type), ...fields };
}

export function typeUrl(type: string): string {
  return `type.googleapis.com/${type}`;
}

/** `google.protobuf.StringValue`, the form in which wasm plugins take their configuration. */
export function stringValue(value: string): TypedConfig {
  return typedConfig('google.protobuf.StringValue', { value });
}

/** `google.protobuf.Duration` in JSON: seconds with the unit `s`. */
export function duration(milliseconds: number): JsonValue {
  return `${String(milliseconds / 1000)}s`;
}
