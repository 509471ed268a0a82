import { isAbsent, isRecord, readText, report, type Field } from './field.js';

/** The part of Kubernetes object metadata that policies use. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
}

const DNS_SUBDOMAIN = {
  regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  means: 'a DNS name: lower-case letters, digits, - and .',
};
const DNS_LABEL = {
  regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  means: 'a DNS label: lower-case letters, digits and -',
};

/** As kubectl does, an object without a namespace is in `default`. Other metadata fields are the API server's. */
export function readMetadata(field: Field): Metadata {
  const value = isRecord(field.value) ? field.value : {};
  if (!isRecord(field.value)) report(field, 'missing-field', 'metadata is required: an object with name');
  const child = (name: string): Field => ({ ...field, path: `metadata.${name}`, value: value[name] });
  const namespace = child('namespace');
  return {
    name: readText(child('name'), { maxLength: 253, pattern: DNS_SUBDOMAIN }),
    namespace: isAbsent(namespace) ? 'default' : readText(namespace, { maxLength: 63, pattern: DNS_LABEL }),
  };
}
