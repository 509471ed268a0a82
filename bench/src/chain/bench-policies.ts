import { API_VERSION, type JsonObject } from '@omnia-policy/policy';

/**
 * Policies as a platform has them: the agent's, and tool policies. Of ten or more, one is about check_status, two are
 * about lookup_order and three about process_refund, the calls that are sent; the others belong to other registries.
 */
export function benchPolicies(toolPolicies: number): readonly JsonObject[] {
  const others = Array.from({ length: Math.max(0, toolPolicies - matching.length) }, (_, index) =>
    other(index),
  );
  return [agentPolicy, ...matching.slice(0, toolPolicies), ...others];
}

const NAMESPACE = 'production';

const agentPolicy = resource('AgentPolicy', 'support-agent-policy', {
  selector: { agents: ['support-agent'] },
  toolAccess: {
    mode: 'allowlist',
    rules: [{ registry: 'customer-tools', tools: ['lookup_order', 'check_status', 'process_refund'] }],
  },
  claimMapping: {
    forwardClaims: [
      { claim: 'team', header: 'X-Omnia-Claim-Team' },
      { claim: 'customer_id', header: 'X-Omnia-Claim-Customer-Id' },
      { claim: 'org.region', header: 'X-Omnia-Claim-Region' },
      { claim: 'roles', header: 'X-Omnia-Claim-Roles' },
    ],
  },
});

const refundGuardrails = resource('ToolPolicy', 'refund-guardrails', {
  selector: { registry: 'customer-tools', tools: ['process_refund'] },
  requiredClaims: [
    { claim: 'Team', message: 'Team claim is required for refund operations' },
    { claim: 'Customer-Id', message: 'Customer ID is required for refund operations' },
  ],
  rules: [
    rule(
      'max-refund-amount',
      'has(body.amount) && double(body.amount) > 500.0',
      'Refund exceeds the $500 limit',
    ),
    rule('require-reason', '!has(body.reason) || body.reason == ""', 'A reason is required for refunds'),
  ],
  headerInjection: [{ header: 'X-Processed-By', cel: 'headers["X-Omnia-Claim-Team"]' }],
});

const everyTool = resource('ToolPolicy', 'customer-tools-baseline', {
  selector: { registry: 'customer-tools' },
  rules: [
    rule('known-regions', '!(headers["X-Omnia-Claim-Region"] in ["eu", "us", "apac"])', 'Unknown region'),
    rule('no-admin-paths', 'request.path.startsWith("/admin")', 'Not for agents'),
  ],
});

const orderTools = resource('ToolPolicy', 'order-tools', {
  selector: { registry: 'customer-tools', tools: ['lookup_order', 'process_refund'] },
  rules: [
    rule(
      'order-id-format',
      '!has(body.order_id) || !body.order_id.matches("^[A-Z]-[0-9]{4,8}$")',
      'Bad order id',
    ),
    rule('currency', 'has(body.currency) && !(body.currency in ["EUR", "USD", "GBP"])', 'Unknown currency'),
  ],
});

const matching: readonly JsonObject[] = [refundGuardrails, everyTool, orderTools];

const SYSTEMS = ['billing', 'crm', 'calendar', 'search', 'hr', 'inventory', 'payments', 'tickets'];
const VERBS = ['read', 'list', 'create', 'update', 'delete', 'export', 'approve', 'share', 'assign', 'close'];
const REGISTRIES_PER_SYSTEM = 5;

/** Every fortieth or so lands in one registry, each about two tools of it. */
function other(index: number): JsonObject {
  const system = SYSTEMS[index % SYSTEMS.length] ?? 'crm';
  const registry = `${system}-tools-${Math.floor(index / SYSTEMS.length) % REGISTRIES_PER_SYSTEM}`;
  const tools = [0, 3].map((step) => `${VERBS[(index + step) % VERBS.length] ?? 'read'}_${system}`);
  return resource('ToolPolicy', `${system}-guardrails-${index}`, {
    selector: { registry, tools },
    requiredClaims: [{ claim: 'Team', message: 'Team claim is required' }],
    rules: [
      rule('limit', `has(body.count) && double(body.count) > ${100 + index}.0`, 'Too many at once'),
      rule('owner-only', 'has(body.owner) && body.owner != headers["X-Omnia-Claim-Team"]', 'Not the owner'),
      rule('no-wildcards', 'has(body.query) && body.query.contains("*")', 'Wildcards are not allowed'),
    ],
    mode: index % 4 === 0 ? 'audit' : 'enforce',
  });
}

function rule(name: string, cel: string, message: string): JsonObject {
  return { name, deny: { cel, message } };
}

function resource(kind: string, name: string, spec: JsonObject): JsonObject {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace: NAMESPACE }, spec };
}
