import { refText } from '@omnia-policy/kube';
import { ownerText } from '../istio/names.js';
import type { Agent } from '../model/objects.js';
import type { World } from '../model/world.js';
import { findingsText, type Finding, type Said } from './condition.js';
import type { ToolWorkload } from './tool-workload.js';

export type AttachmentReason = (typeof REASONS)[number];

/** The gravest first. */
const REASONS = ['AttachmentClash', 'AttachmentRefused', 'Attaching'] as const;

/** Whether the filters of a tool workload are stored. */
export function workloadAttachment(world: World, { ref }: ToolWorkload): Finding<AttachmentReason>[] {
  return attachmentFindings(world, ownerText('ToolWorkload', ref), `tool workload ${refText(ref)}`);
}

/** Whether the filters are that keep users from writing claims in front of a namespace's agents. */
export function agentsAttachment(world: World, namespace: string): Finding<AttachmentReason>[] {
  if (world.agents.inNamespace(namespace).length === 0) return [];
  const owner = ownerText('AgentNamespace', { namespace, name: namespace });
  return attachmentFindings(world, owner, `the agents of namespace ${namespace}`);
}

/** Why the claims of some agents' users are not, or not safely, passed on; undefined when all is stored for it. */
export function claimsAttachment(
  world: World,
  namespace: string,
  agents: readonly Agent[],
): Said<'ClaimsVerified'> | undefined {
  const own = agents
    .filter(({ oidc }) => oidc !== undefined)
    .flatMap(({ ref }) => attachmentFindings(world, ownerText('Agent', ref), `agent ${refText(ref)}`));
  const findings = [...agentsAttachment(world, namespace), ...own];
  const reason = REASONS.find((one) => findings.some((finding) => finding.reason === one));
  if (reason === undefined) return undefined;
  const type = 'ClaimsVerified';
  const message = findingsText(findings.filter((finding) => finding.reason === reason));
  if (reason === 'Attaching') return { type, status: 'Unknown', reason, message };
  return { type, status: 'False', reason, message };
}

function attachmentFindings(world: World, owner: string, place: string): Finding<AttachmentReason>[] {
  const outcome = world.attachments.outcomeOf(owner);
  const lacking = `so ${place} may lack filters`;
  switch (outcome.kind) {
    case 'applied':
      return [];
    case 'pending':
      return [{ reason: 'Attaching', message: `the filters of ${place} are not stored yet` }];
    case 'name-clash': {
      const message = `${outcome.object} is there and belongs to somebody else, ${lacking}: remove or rename it`;
      return [{ reason: 'AttachmentClash', message }];
    }
    case 'refused': {
      const message = `${outcome.object} was refused, ${lacking}: ${outcome.message}`;
      return [{ reason: 'AttachmentRefused', message }];
    }
    case 'istio-missing': {
      const message = `the API server knows no ${outcome.resource}, ${lacking}: install all of Istio's kinds`;
      return [{ reason: 'AttachmentRefused', message }];
    }
  }
}
