import type { JsonObject } from '@omnia-policy/policy';

/** A TCP address. `host` is an IP address (no brackets) where something listens, else it may be a DNS name. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Envoy's `core.v3.Address`. */
export function socketAddress(address: Address): JsonObject {
  return { socket_address: { address: address.host, port_value: address.port } };
}

/** Whether a host as {@link Address} has it is an IP address; a DNS name never has a colon nor a last label of digits. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') || /\.\d+$/.test(host);
}
