import type { Attachment, RegistryRef } from '@omnia-policy/policy';

/** The context extension in which a proxy says which registries its service serves. */
export const registriesKey = 'omnia_registries';

/** What the operator's configuration of the proxy says of the destination; undefined where it says nothing. */
export function attachmentOf(contextExtensions: ReadonlyMap<string, string>): Attachment | undefined {
  const text = contextExtensions.get(registriesKey);
  if (text === undefined) return undefined;
  let attachment = known.get(text);
  if (attachment === undefined) {
    attachment = { registries: text.split(',').flatMap(registryOf) };
    // Proxies have few different ones, but whoever reaches the port can send any number.
    if (known.size >= maxKnown) known.clear();
    known.set(text, attachment);
  }
  return attachment;
}

const known = new Map<string, Attachment>();
const maxKnown = 1000;

/** Of `namespace/name`; what is written in another way names no registry, so no call can be for it. */
function registryOf(text: string): RegistryRef[] {
  const [namespace = '', name = '', ...rest] = text.trim().split('/');
  return namespace === '' || name === '' || rest.length > 0 ? [] : [{ namespace, name }];
}
