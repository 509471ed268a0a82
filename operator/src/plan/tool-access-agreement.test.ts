import { compilePolicySet, decide, toolCallFromHttp, type PolicySet } from '@omnia-policy/policy';
import t from 'tap';
import type { HeaderCondition } from '../istio/authorization-policy.js';
import { denyRules, type ToolAccess } from './tool-access-rules.js';

/**
 * The same list of tools is enforced twice: by rules of the mesh, which see headers, and by ext-authz, which sees all of a
 * request. Every kind of request is put to both.
 */
interface Request {
  readonly registry: string | undefined;
  readonly tool: string | undefined;
  /** What the tool service would do, where that is told by the body. */
  readonly message: string | undefined;
  readonly method: string;
}

interface Served {
  readonly name: string;
  readonly speaksMcp: boolean;
}

const REGISTRY_HEADERS = [undefined, '', 'a', 'b', 'elsewhere', 'a,b', 'a,a'];
const TOOL_HEADERS = [undefined, '', 'one', 'two', 'one,two', 'two,one'];
const BODIES = [undefined, '{}', '{', message('one'), message('two'), `[${message('one')}]`];
const OTHER_MESSAGE = '{"jsonrpc":"2.0","id":1,"method":"initialize"}';

function message(name: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } });
}

const requests: readonly Request[] = REGISTRY_HEADERS.flatMap((registry) =>
  TOOL_HEADERS.flatMap((tool) =>
    [...BODIES, OTHER_MESSAGE].map((body) => ({
      ...{ registry, tool, message: body },
      method: body === undefined ? 'GET' : 'POST',
    })),
  ),
);

const a = { name: 'a', speaksMcp: false };
const b = { name: 'b', speaksMcp: false };
const mcp = ({ name }: Served): Served => ({ name, speaksMcp: true });
const workloads: readonly (readonly Served[])[] = [[a], [mcp(a)], [a, b], [mcp(a), b], [mcp(a), mcp(b)], [b]];
const accesses: readonly ToolAccess[] = (['allowlist', 'denylist'] as const).flatMap((mode) =>
  [{ a: ['one'] }, { a: ['one'], b: ['two'] }, { elsewhere: ['one'] }].map((lists) => ({
    ...{ mode, tools: new Map(Object.entries(lists).map(([name, tools]) => [name, new Set(tools)])) },
  })),
);

const API = 'omnia.altairalabs.ai/v1alpha1';

function policySet({ mode, tools }: ToolAccess, served: readonly Served[]): PolicySet {
  const rules = [...tools].map(([registry, names]) => ({ registry, tools: [...names] }));
  const metadata = { namespace: 'n', name: 'p' };
  const registries = served.map(({ name, speaksMcp }) => ({
    ...{ apiVersion: API, kind: 'ToolRegistry', metadata: { namespace: 'n', name } },
    spec: { handlers: [{ name: 'h', type: speaksMcp ? 'mcp' : 'http' }] },
  }));
  const policy = { apiVersion: API, kind: 'AgentPolicy', metadata, spec: { toolAccess: { mode, rules } } };
  const documents = [policy, ...registries].map((value, index) => ({ origin: `o${index}`, value }));
  return compilePolicySet(documents, { revision: '1', claimsShare: 'namespace' });
}

function passesExtAuthz(set: PolicySet, served: readonly Served[], request: Request): boolean {
  const headers = new Map([['content-type', 'application/json']]);
  if (request.registry !== undefined) headers.set('x-omnia-tool-registry', request.registry);
  if (request.tool !== undefined) headers.set('x-omnia-tool-name', request.tool);
  const call = toolCallFromHttp(
    {
      ...{ method: request.method, path: '/', host: 'h', headers, subject: '' },
      principal: 'spiffe://cluster.local/ns/n/sa/agent-facade',
      body: { state: 'whole', bytes: new TextEncoder().encode(request.message ?? '') },
      attachment: { registries: served.map(({ name }) => ({ namespace: 'n', name })) },
    },
    { kind: 'principal', trustDomain: 'cluster.local', agentsOf: set.agentsOf },
  );
  return decide(set, call, { unmatched: 'allow' }).outcome === 'allow';
}

function passesMesh(access: ToolAccess, served: readonly Served[], request: Request): boolean {
  const rules = denyRules(access, { registries: served, isOnly: served.length === 1 });
  return !rules.some((rule) => rule.every((condition) => holds(condition, request)));
}

/** As Envoy matches headers: an empty one is there, a repeated one is joined. */
function holds({ header, values, notValues }: HeaderCondition, { registry, tool }: Request): boolean {
  const value = header === 'x-omnia-tool-registry' ? registry : tool;
  const isOne = (list: readonly string[]): boolean =>
    value !== undefined && list.some((one) => one === '*' || one === value);
  return (values === undefined || isOne(values)) && (notValues === undefined || !isOne(notValues));
}

/** Which tools of which registries the service could take a request for. Undefined: what its headers do not say. */
function readings(served: readonly Served[], { registry, tool, message: body }: Request): readonly string[] {
  const called = /"name":"(\w+)"/.exec(body ?? '')?.[1];
  const named = [...(tool ?? '').split(','), ...(called === undefined ? [] : [called])].filter(
    (one) => one !== '',
  );
  const meant =
    registry === undefined || registry === '' ? served.map(({ name }) => name) : registry.split(',');
  return meant.flatMap((one) => named.map((name) => `${one}/${name}`));
}

/** The mesh may refuse more of what nobody sends: empty headers, registries that are on no list, messages where none are taken. */
function isUsual(access: ToolAccess, served: readonly Served[], request: Request): boolean {
  const { registry, tool, message: body } = request;
  const isMessage = body?.includes('jsonrpc') === true;
  const meant = served.filter(({ name }) => registry === undefined || registry === name);
  const isListed = access.mode === 'denylist' || registry === undefined || access.tools.has(registry);
  return (
    isListed && registry !== '' && tool !== '' && (!isMessage || meant.some(({ speaksMcp }) => speaksMcp))
  );
}

for (const access of accesses) {
  const lists = [...access.tools].map(([name, tools]) => `${name}: ${[...tools].join()}`).join('; ');
  for (const served of workloads) {
    const serving = served.map(({ name, speaksMcp }) => (speaksMcp ? `${name} (MCP)` : name)).join();
    const set = policySet(access, served);
    const listed = new Set(
      [...access.tools].flatMap(([name, tools]) => [...tools].map((one) => `${name}/${one}`)),
    );

    t.test(`${access.mode} of ${lists} where ${serving} is served: nothing forbidden passes both`, (t) => {
      for (const request of requests) {
        if (!passesMesh(access, served, request) || !passesExtAuthz(set, served, request)) continue;
        const forbidden = readings(served, request).filter(
          (one) => listed.has(one) !== (access.mode === 'allowlist'),
        );
        t.strictSame(forbidden, [], JSON.stringify(request));
      }
      t.end();
    });

    t.test(
      `${access.mode} of ${lists} where ${serving} is served: the mesh refuses nothing that ext-authz lets pass`,
      (t) => {
        for (const request of requests.filter((one) => isUsual(access, served, one))) {
          if (passesExtAuthz(set, served, request))
            t.ok(passesMesh(access, served, request), JSON.stringify(request));
        }
        t.end();
      },
    );
  }
}
