/**
 * Methods of the Model Context Protocol that call no tool, and the empty method of a response. They pass whatever
 * happens to requests that are no tool call: without them no MCP client could ever list or call a tool.
 */
export function isMcpProtocolMethod(method: string): boolean {
  return PROTOCOL_METHODS.has(method) || PROTOCOL_FAMILIES.some((family) => method.startsWith(family));
}

const PROTOCOL_METHODS = new Set([
  '',
  'initialize',
  'ping',
  'tools/list',
  'completion/complete',
  'logging/setLevel',
  'roots/list',
  'sampling/createMessage',
  'elicitation/create',
]);
const PROTOCOL_FAMILIES = ['notifications/', 'resources/', 'prompts/', 'tasks/'];
