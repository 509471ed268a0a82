import type { Metadata } from '@grpc/grpc-js';
import { registriesKey } from './attachment-of.js';
import type { CheckRequest } from './wire/read-check-request.js';

/** Where a proxy whose Checks have no place for it says the same: a waypoint, which sees neither certificate nor route. */
const principalMetadataKey = 'x-omnia-principal';
const registriesMetadataKey = 'x-omnia-registries';

/** Envoy's substitution for what it does not know. */
const unknown = '-';

/** Adds what the Check itself does not say of the peer and of the service. */
export function addProxyMetadata(message: CheckRequest, metadata: Metadata): void {
  if (message.principal === '') message.principal = textOf(metadata, principalMetadataKey) ?? '';
  if (message.contextExtensions.has(registriesKey)) return;
  const registries = textOf(metadata, registriesMetadataKey);
  if (registries !== undefined) message.contextExtensions.set(registriesKey, registries);
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' && value !== unknown ? value : undefined;
}
