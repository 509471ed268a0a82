import { alloc } from './arena';
import { MAX_CLAIM_DEPTH } from './claim-path';
import {
  arrayOf,
  checkObject,
  configMistake,
  countOf,
  elementPath,
  fieldPath,
  requiredField,
  requiredText,
  shown,
  textOf,
} from './config-fields';
import { sameName, startsWithName } from './header-text';
import { JsonNode } from './json-node';
import { agentOfNode, trustedPeers } from './peer-config';
import { Slice } from './slice';
import { TextSet } from './text-set';

/** The configuration of role `claims`. */
@unmanaged
export class ClaimsConfig {
  /** Where jwt_authn puts the verified payload: filter metadata namespace and key in it. */
  namespace: Slice;
  key: Slice;
  maxValueBytes: u32;
  mappings: Mapping | null;
  /** Principals whose claim headers stay; null: nobody's do. */
  trustedPeers: TextSet | null;
  /** Whether the agent is known from the proxy's node instead of a header. */
  agentFromNode: bool;
  /** Null: the node does not say. */
  agent: Slice | null;
  /** How many different headers the mappings write; each has a slot below it. */
  slots: u32;
}

@unmanaged
export class Mapping {
  /** Null: any namespace. */
  namespace: Slice | null;
  /** String nodes; null: every agent. */
  agents: JsonNode | null;
  rules: ClaimRule | null;
  next: Mapping | null;
}

@unmanaged
export class ClaimRule {
  claim: Slice;
  header: Slice;
  /** Rules for the same header have the same slot. */
  slot: u32;
  next: ClaimRule | null;
}

export const CLAIM_HEADER_PREFIX = 'x-omnia-claim-';

const MAX_NAME_BYTES: u32 = 1024;
const MAX_HEADER_BYTES: u32 = 256;
const MAX_MAPPINGS: u32 = 10_000;
const MAX_AGENTS: u32 = 10_000;
const MAX_RULES: u32 = 256;
/** Different headers over all mappings. */
const MAX_SLOTS: u32 = 4096;
const MAX_VALUE_BYTES: u32 = 65_536;
const DEFAULT_VALUE_BYTES: u32 = 4096;

const FIELDS: StaticArray<string> = ['role', 'jwt', 'mappings', 'maxValueBytes', 'trustedPeers', 'agentFrom'];
const JWT_FIELDS: StaticArray<string> = ['namespace', 'key'];
const MAPPING_FIELDS: StaticArray<string> = ['namespace', 'agents', 'claims'];
const RULE_FIELDS: StaticArray<string> = ['claim', 'header'];

/** The first rule of every slot, while a configuration is read. */
let slotRules: StaticArray<usize> = new StaticArray<usize>(0);

/** Mistakes go to configMistake; the result is of use only when there was none. */
export function claimsConfig(document: JsonNode): ClaimsConfig {
  const config = changetype<ClaimsConfig>(alloc(offsetof<ClaimsConfig>()));
  config.mappings = null;
  config.slots = 0;
  config.trustedPeers = null;
  config.agentFromNode = false;
  config.agent = null;
  config.maxValueBytes = DEFAULT_VALUE_BYTES;
  slotRules = new StaticArray<usize>(MAX_SLOTS);
  checkObject(document, '', FIELDS);
  readJwt(config, document);
  const limit = document.field('maxValueBytes');
  if (limit) config.maxValueBytes = countOf(limit, 'maxValueBytes', MAX_VALUE_BYTES);
  const peers = document.field('trustedPeers');
  if (peers) config.trustedPeers = trustedPeers(peers);
  readAgentFrom(config, document);
  const mappings = requiredField(document, '', 'mappings');
  if (mappings) readMappings(config, mappings);
  return config;
}

function readJwt(config: ClaimsConfig, document: JsonNode): void {
  const jwt = requiredField(document, '', 'jwt');
  if (!jwt || !checkObject(jwt, 'jwt', JWT_FIELDS)) return;
  const namespace = requiredText(jwt, 'jwt', 'namespace', MAX_NAME_BYTES);
  const key = requiredText(jwt, 'jwt', 'key', MAX_NAME_BYTES);
  if (namespace) config.namespace = namespace;
  if (key) config.key = key;
}

function readAgentFrom(config: ClaimsConfig, document: JsonNode): void {
  const agentFrom = document.field('agentFrom');
  if (!agentFrom) return;
  config.agentFromNode = true;
  config.agent = agentOfNode(agentFrom);
}

function readMappings(config: ClaimsConfig, node: JsonNode): void {
  const array = arrayOf(node, 'mappings', MAX_MAPPINGS);
  if (!array) return;
  let last: Mapping | null = null;
  let index = 0;
  for (let element = array.child; element; element = element!.next) {
    const mapping = readMapping(config, element, elementPath('mappings', index++));
    if (last) last.next = mapping;
    else config.mappings = mapping;
    last = mapping;
  }
}

function readMapping(config: ClaimsConfig, node: JsonNode, path: string): Mapping {
  const mapping = changetype<Mapping>(alloc(offsetof<Mapping>()));
  mapping.namespace = null;
  mapping.agents = null;
  mapping.rules = null;
  mapping.next = null;
  if (!checkObject(node, path, MAPPING_FIELDS)) return mapping;
  const namespace = node.field('namespace');
  if (namespace) mapping.namespace = textOf(namespace, fieldPath(path, 'namespace'), MAX_NAME_BYTES);
  const agents = node.field('agents');
  if (agents) mapping.agents = readAgents(agents, fieldPath(path, 'agents'));
  const claims = requiredField(node, path, 'claims');
  if (claims) readRules(config, mapping, claims, fieldPath(path, 'claims'));
  return mapping;
}

function readAgents(node: JsonNode, path: string): JsonNode | null {
  const array = arrayOf(node, path, MAX_AGENTS);
  if (!array) return null;
  let index = 0;
  for (let agent = array.child; agent; agent = agent!.next) {
    textOf(agent, elementPath(path, index++), MAX_NAME_BYTES);
  }
  return array.child;
}

function readRules(config: ClaimsConfig, mapping: Mapping, node: JsonNode, path: string): void {
  const array = arrayOf(node, path, MAX_RULES);
  if (!array) return;
  let last: ClaimRule | null = null;
  let index = 0;
  for (let element = array.child; element; element = element!.next) {
    const rule = readRule(config, element, elementPath(path, index++));
    if (!rule) continue;
    if (last) last.next = rule;
    else mapping.rules = rule;
    last = rule;
  }
}

function readRule(config: ClaimsConfig, node: JsonNode, path: string): ClaimRule | null {
  if (!checkObject(node, path, RULE_FIELDS)) return null;
  const claim = requiredText(node, path, 'claim', MAX_NAME_BYTES);
  const header = requiredText(node, path, 'header', MAX_HEADER_BYTES);
  if (!claim || !header) return null;
  checkDepth(claim, fieldPath(path, 'claim'));
  if (!isClaimHeader(header)) {
    configMistake(fieldPath(path, 'header'), shown(header) + ' does not match X-Omnia-Claim-[A-Za-z0-9-]+');
    return null;
  }
  const rule = changetype<ClaimRule>(alloc(offsetof<ClaimRule>()));
  rule.claim = claim;
  rule.header = header;
  rule.next = null;
  rule.slot = slotFor(config, rule, path);
  return rule;
}

function checkDepth(claim: Slice, path: string): void {
  let parts: u32 = 1;
  for (let i: usize = 0; i < claim.size; i++) {
    if (claim.at(i) == 0x2e) parts++;
  }
  if (parts > MAX_CLAIM_DEPTH) configMistake(path, 'has more than ' + MAX_CLAIM_DEPTH.toString() + ' parts');
}

/** Underscores are refused: hops on the way may drop such headers, and the next filter strips them as forged. */
function isClaimHeader(header: Slice): bool {
  if (header.size <= <usize>CLAIM_HEADER_PREFIX.length || !startsWithName(header, CLAIM_HEADER_PREFIX))
    return false;
  for (let i: usize = 0; i < header.size; i++) {
    const byte = header.at(i);
    const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    if (!letter && !(byte >= 0x30 && byte <= 0x39) && byte != 0x2d) return false;
  }
  return true;
}

function slotFor(config: ClaimsConfig, rule: ClaimRule, path: string): u32 {
  for (let slot: u32 = 0; slot < config.slots; slot++) {
    if (sameName(changetype<ClaimRule>(slotRules[slot]).header, rule.header)) return slot;
  }
  if (config.slots >= MAX_SLOTS) {
    configMistake(
      fieldPath(path, 'header'),
      'there are more than ' + MAX_SLOTS.toString() + ' different headers',
    );
    return 0;
  }
  slotRules[config.slots] = changetype<usize>(rule);
  return config.slots++;
}
