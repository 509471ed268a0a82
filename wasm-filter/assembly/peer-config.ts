import {
  arrayOf,
  checkObject,
  configMistake,
  elementPath,
  requiredText,
  shown,
  textOf,
} from './config-fields';
import { wasMissing } from './host';
import { JsonNode } from './json-node';
import { nodeLabel } from './node-label';
import { Slice, startsWithText } from './slice';
import { TextSet, textSet } from './text-set';

/** Fields of role `claims` that say who is who in a mesh. Mistakes go to configMistake. */

const MAX_PEERS: u32 = 5000;
const MAX_PRINCIPAL_BYTES: u32 = 1024;
const MAX_LABEL_BYTES: u32 = 1024;
const PRINCIPAL_SCHEME = 'spiffe://';
const AGENT_FIELDS: StaticArray<string> = ['nodeLabel'];

/** Null for an empty list: then the peer's identity need not be asked for. */
export function trustedPeers(node: JsonNode): TextSet | null {
  const array = arrayOf(node, 'trustedPeers', MAX_PEERS);
  if (!array || !array.child) return null;
  const peers = textSet(array.length());
  let index = 0;
  for (let peer = array.child; peer; peer = peer!.next) {
    const path = elementPath('trustedPeers', index++);
    const principal = textOf(peer, path, MAX_PRINCIPAL_BYTES);
    if (!principal) continue;
    if (!startsWithText(principal, PRINCIPAL_SCHEME)) {
      configMistake(path, shown(principal) + ' does not start with ' + PRINCIPAL_SCHEME);
    }
    peers.add(principal);
  }
  return peers;
}

/** The name of the agent whose proxy this is. Null where the node does not say, and after a mistake. */
export function agentOfNode(node: JsonNode): Slice | null {
  if (!checkObject(node, 'agentFrom', AGENT_FIELDS)) return null;
  const label = requiredText(node, 'agentFrom', 'nodeLabel', MAX_LABEL_BYTES);
  if (!label) return null;
  const agent = nodeLabel(label);
  if (!agent && !wasMissing()) configMistake('agentFrom.nodeLabel', 'the host does not tell it');
  return agent;
}
