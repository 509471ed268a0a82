import { fieldAt, withFieldAt } from './field-at.js';
import { nodesOf, type Node, type Schema } from './policy-schemas.js';

/** One changed field of a valid spec. */
export interface SchemaCase {
  readonly name: string;
  readonly path: string;
  readonly spec: unknown;
}

/** Signs that some names may hold and others not, and a character that is two UTF-16 units. */
const SIGNS = Array.from(
  '.,*-_/:;=%^$@"\'\\ \t\n\r\u0000\u001f\u007f\u0085\u00a0\u200b\u2028éÄß\u212aA7|~!(',
) as readonly string[];
export const ASTRAL = '\u{1f600}';

/** What some field gives a meaning of its own. */
const WORDS = [
  ...[
    'host',
    'Content-Length',
    'content_type',
    'content-encoding',
    'transfer-encoding',
    'connection',
    'keep-alive',
  ],
  ...[
    'proxy-connection',
    'te',
    'trailer',
    'upgrade',
    'x-omnia-a',
    'X_Omnia_A',
    'x-envoy-a',
    'x-omni',
    ':path',
  ],
  ...[
    'X-Omnia-Claim-',
    'x-omnia-claim-a',
    'X-Omnia-Claim-a_b',
    `a${'.a'.repeat(31)}`,
    `a${'.a'.repeat(32)}`,
    '...',
  ],
  ...[
    'ssn',
    'credit_card',
    'phone_number',
    'email',
    'ip_address',
    'SSN',
    'custom',
    'custom:',
    'custom:a',
    'custom:a*',
  ],
  ...[
    `custom:${'(\\pL{10}){100}'.repeat(7)}`,
    'custom:[a',
    'custom:a(?=b)',
    'custom:(?i)a|b',
    'custom:\\pL+',
    'Custom:a',
    'custom:(',
    'custom:\\C',
  ],
  ...['0 0 1 *', '0 0 1 * * *', '@daily', '0 0 L * *', '*/5 1-3 * JAN MON', '61 * * * *', '0 0 30 2 *'],
  ...['a b', 'a..b', '.a', 'a.', '-a', 'a-', 'a.-b', 'A', '1'],
];

const WRONG_TYPES: readonly unknown[] = [
  null,
  undefined,
  'text',
  '',
  7,
  -1,
  1.5,
  true,
  {},
  { a: 1 },
  [],
  [null],
];

/**
 * Every way in which one field of a spec can be at a bound of its schema, beyond it, of another type, or missing.
 * Whether the schema takes them is not said: two readers of the schema must say the same.
 */
export function schemaCases(schema: Schema, spec: unknown): SchemaCase[] {
  return nodesOf(schema)
    .filter(({ path }) => fieldAt(spec, path) !== undefined)
    .flatMap((node) =>
      valuesFor(node, fieldAt(spec, node.path)).map(({ name, value }) => ({
        name: `${node.path === '' ? 'spec' : node.path}: ${name}`,
        path: node.path,
        spec: withFieldAt(spec, node.path, value),
      })),
    );
}

interface NamedValue {
  readonly name: string;
  readonly value: unknown;
}

function valuesFor({ schema }: Node, valid: unknown): NamedValue[] {
  const wrong = WRONG_TYPES.map((value) => ({
    name: value === undefined ? 'left out' : JSON.stringify(value),
    value,
  }));
  return [...wrong, ...(schema.enum ? choices(schema.enum) : typed(schema, valid))];
}

function choices(allowed: readonly string[]): NamedValue[] {
  return [...allowed, ...allowed.map((one) => one.toUpperCase()), 'other'].map((value) => ({
    name: JSON.stringify(value),
    value,
  }));
}

function typed(schema: Schema, valid: unknown): NamedValue[] {
  switch (schema.type) {
    case 'string':
      return texts(schema, String(valid));
    case 'integer':
      return [schema.minimum, schema.maximum].flatMap((bound) =>
        bound === undefined
          ? []
          : [bound - 1, bound, bound + 1].map((value) => ({ name: `${value}`, value })),
      );
    case 'array':
      return lists(schema, valid as readonly unknown[]);
    case 'boolean':
      return [{ name: 'false', value: false }];
    case 'object':
      return [{ name: 'a field more', value: { ...(valid as object), unheardOf: 1 } }];
  }
}

function texts({ maxLength }: Schema, valid: string): NamedValue[] {
  if (maxLength === undefined) return [];
  const last = valid.endsWith('*') ? ' ' : valid.slice(-1);
  const lengths = [maxLength, maxLength + 1].map((length) => ({
    name: `${length} characters`,
    value: valid.padEnd(length, last),
  }));
  const astral = { name: 'two units for each character', value: ASTRAL.repeat(Math.ceil(maxLength * 0.6)) };
  const signs = [...SIGNS, ASTRAL].flatMap((sign) => [
    { name: `${JSON.stringify(sign)} alone`, value: sign },
    { name: `${JSON.stringify(sign)} before`, value: `${sign}${valid}` },
    { name: `${JSON.stringify(sign)} within`, value: `${valid.slice(0, -1)}${sign}${last}` },
    { name: `${JSON.stringify(sign)} after`, value: `${valid}${sign}` },
  ]);
  const words = WORDS.map((value) => ({ name: JSON.stringify(value), value }));
  return [...lengths, astral, ...signs, ...words];
}

function lists({ maxItems = 0 }: Schema, valid: readonly unknown[]): NamedValue[] {
  const [first] = valid;
  const many = (count: number): unknown[] => Array.from({ length: count }, (_, i) => numbered(first, i));
  return [
    { name: `${maxItems} items`, value: many(maxItems) },
    { name: `${maxItems + 1} items`, value: many(maxItems + 1) },
    { name: 'one item twice', value: [first, first] },
    {
      name: 'one item in two spellings',
      value: [respelled(first, (key) => `${key}-a`), respelled(first, otherwise)],
    },
  ];
}

/** Another item, since some lists take each but once. */
function numbered(item: unknown, index: number): unknown {
  return respelled(item, (key) => `${key}${index}`);
}

function otherwise(key: string): string {
  const isClaimHeader = key.startsWith('X-Omnia-Claim-');
  return isClaimHeader ? `${key}-A` : `${key.toUpperCase()}_A`;
}

/** With other names in the fields that stand for the item. */
function respelled(item: unknown, spell: (key: string) => string): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const entries = Object.entries(item).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' && KEYS.includes(name) ? spell(value) : value,
  ]);
  return Object.fromEntries(entries) as unknown;
}

const KEYS = ['name', 'claim', 'header'];
