import { refOf, type KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';
import type { ForeignAuthorization } from './objects.js';
import { asLabels, asList } from './read-fields.js';

/** An AuthorizationPolicy of somebody else. */
export function projectAuthorization(object: KubeObject): ForeignAuthorization {
  const spec = asRecord(object.spec);
  const selector = asLabels(asRecord(spec.selector).matchLabels);
  const targets = [...asList(spec.targetRefs), spec.targetRef].map(asRecord).map(({ kind, name }) => ({
    kind: asText(kind),
    name: asText(name),
  }));
  return {
    ref: refOf(object),
    action: asText(spec.action) || 'ALLOW',
    selector: Object.keys(selector).length === 0 ? undefined : selector,
    targets: targets.filter(({ name }) => name !== ''),
  };
}
