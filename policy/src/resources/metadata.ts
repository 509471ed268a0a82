import { fits, isAbsent, readObject, readText, type Field } from './field.js';

/** The part of Kubernetes object metadata that policies use. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
}

export const RESOURCE_NAME = {
  maxLength: 253,
  pattern: {
    regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    means: 'a DNS name: lower-case letters, digits, - and .',
  },
};
const NAMESPACE = {
  maxLength: 63,
  pattern: {
    regExp: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    means: 'a DNS label: lower-case letters, digits and -',
  },
};

/** As kubectl does, an object without a namespace is in `default`. */
const DEFAULT_NAMESPACE = 'default';

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
    name: readText(metadata('name'), RESOURCE_NAME),
    namespace: isAbsent(namespace) ? DEFAULT_NAMESPACE : readText(namespace, NAMESPACE),
  };
}

export function isResourceName(name: string): boolean {
  return fits(name, RESOURCE_NAME);
}

/** The namespace in metadata that may have problems; undefined where a mistake may hide another one. */
export function salvageNamespace(metadata: Record<string, unknown>): string | undefined {
  const { namespace } = metadata;
  if (typeof namespace === 'string') return fits(namespace, NAMESPACE) ? namespace : undefined;
  const isLeftOut = namespace === undefined || namespace === null;
  const isKnown = Object.keys(metadata).every((field) => OBJECT_META.includes(field));
  return isLeftOut && isKnown ? DEFAULT_NAMESPACE : undefined;
}
