import { isAbsent, readObject, readText, type Field } from './field.js';

/** The part of Kubernetes object metadata that policies use. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
}

const DNS_SUBDOMAIN = {
  regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  means: 'a DNS name: lower-case letters, digits, - and .',
};
export const DNS_LABEL = {
  regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  means: 'a DNS label: lower-case letters, digits and -',
};

/** As kubectl does, an object without a namespace is in `default`. */
export const DEFAULT_NAMESPACE = 'default';

/** Fields of Kubernetes' ObjectMeta: a mistyped `namepsace` must not move a policy into the default namespace. */
const OBJECT_META = [
  'name',
  'namespace',
  'labels',
  'annotations',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'selfLink',
];

export function readMetadata(field: Field): Metadata {
  const metadata = readObject(field, OBJECT_META);
  const namespace = metadata('namespace');
  return {
    name: readText(metadata('name'), { maxLength: 253, pattern: DNS_SUBDOMAIN }),
    namespace: isAbsent(namespace)
      ? DEFAULT_NAMESPACE
      : readText(namespace, { maxLength: 63, pattern: DNS_LABEL }),
  };
}
