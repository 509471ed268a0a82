import type { Engine, RecordedCall } from './engine.js';

/** Seven rules of the kinds that policies have. */
export const TYPICAL_RULES: readonly string[] = [
  'has(body.amount) && double(body.amount) > 500.0',
  '!has(body.reason) || body.reason == ""',
  'headers["X-Omnia-Claim-Team"] != "support"',
  'body.status in ["cancelled", "closed"] && body.amount > 100.0',
  'body.items.exists(i, i.price > 100.0)',
  'has(body.url) && body.url.startsWith("https://evil.")',
  'has(body.query) && body.query.matches("(?i)(DROP|DELETE|TRUNCATE)")',
];

const CALL: RecordedCall = {
  headers: { 'X-Omnia-Claim-Team': 'support', 'X-Omnia-Agent-Name': 'support-agent' },
  body: JSON.stringify({
    amount: 600,
    reason: 'refund please',
    status: 'open',
    url: 'https://evil.example',
    query: 'select 1 from x',
    items: Array.from({ length: 10 }, (_, i) => ({ name: `item ${i}`, price: 5.5 })),
  }),
  identity: {
    origin: 'o',
    subject: 's',
    endUser: 'e',
    workspace: 'w',
    agent: 'a',
    claims: { team: 'support' },
  },
};

const WARM_UP = 5000;
const ROUNDS = 15;
const CALLS_PER_ROUND = 2000;

export interface Speed {
  readonly rulesThatRun: number;
  /** CPU of one request: JSON.parse, the variables, every rule that runs. The best and the median round. */
  readonly bestUs: number;
  readonly medianUs: number;
}

/** Measures in CPU time of this process, so other load on the machine counts little. */
export function measureSpeed(engine: Engine): Speed {
  const rules = TYPICAL_RULES.flatMap((text) => {
    try {
      const rule = engine.compile(text);
      rule(engine.activate(CALL));
      return [rule];
    } catch {
      return [];
    }
  });
  const request = (): void => {
    const activation = engine.activate(CALL);
    for (const rule of rules) rule(activation);
  };
  for (let i = 0; i < WARM_UP; i++) request();
  const rounds = Array.from({ length: ROUNDS }, () => cpuUs(request, CALLS_PER_ROUND)).sort((a, b) => a - b);
  return {
    rulesThatRun: rules.length,
    bestUs: rounds[0] ?? 0,
    medianUs: rounds[Math.floor(ROUNDS / 2)] ?? 0,
  };
}

/** CPU ms that one evaluation of a pattern takes that makes a backtracking engine try every split. */
export function measureBacktracking(engine: Engine, letters: number): number | undefined {
  try {
    const rule = engine.compile('body.a.matches("^(a+)+$")');
    const activation = engine.activate({ ...CALL, body: JSON.stringify({ a: `${'a'.repeat(letters)}!` }) });
    return cpuUs(() => rule(activation), 1) / 1000;
  } catch {
    return undefined;
  }
}

function cpuUs(work: () => unknown, times: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}
