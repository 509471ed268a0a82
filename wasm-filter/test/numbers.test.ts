import t from 'tap';
import { probe } from './probe.js';
import { type Random, random } from './random.js';

const { doubleText, readsAs } = probe();

/** A double with random bits: every exponent is as likely as any other. */
function randomDouble(source: Random): number {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setUint32(0, source.below(2 ** 32));
  bytes.setUint32(4, source.below(2 ** 32));
  const value = bytes.getFloat64(0);
  return Number.isFinite(value) ? value : 1;
}

function neighbour(value: number, step: 1n | -1n): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + step);
  return view.getFloat64(0);
}

const EDGES: readonly number[] = [
  ...[0, 1, -1, 0.1, 0.25, 0.3, 1 / 3, 123.456, 1e15, 1e16, 1e20, 1e21, 1e22, 1e23, 1e-5, 1e-6, 1e-7, 9.5e-7],
  ...[
    999999999999999,
    9007199254740991,
    9007199254740992,
    9007199254740994,
    2 ** 63,
    2 ** 64,
    4.35,
    5e-324,
    1e-323,
  ],
  ...[
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    Number.EPSILON,
    2.2250738585072014e-308,
    2.225073858507201e-308,
    1.5e300,
  ],
  ...[
    123456789.123456,
    0.000001,
    0.0000015,
    1234567890123456,
    5e-7,
    0.1 + 0.2,
    100,
    1e2,
    1e3 / 3,
    2 ** 1023,
    2 ** -1074,
  ],
];

void t.test('Doubles are written as JSON.stringify writes them', (t) => {
  for (const value of EDGES) t.equal(doubleText(value), JSON.stringify(value));
  for (const value of [NaN, Infinity, -Infinity]) t.equal(doubleText(value), undefined);
  const source = random(64);
  const wrong = Array.from({ length: 20_000 }, () => randomDouble(source)).filter(
    (value) => doubleText(value) !== JSON.stringify(value),
  );
  t.same(wrong, [], 'random bits');
  const decimals = Array.from({ length: 20_000 }, () => source.below(1e9) / 10 ** source.below(9)).filter(
    (value) => doubleText(value) !== JSON.stringify(value),
  );
  t.same(decimals, [], 'short decimals');
  t.end();
});

void t.test('A spelling reads as the double that it rounds to, and as no neighbour', (t) => {
  const spellings = [
    ...[
      '0',
      '-0',
      '0.0',
      '0e5',
      '1',
      '1.0',
      '10e-1',
      '0.1e1',
      '100e-2',
      '9007199254740993',
      '9007199254740992',
    ],
    ...[
      '9007199254740993.0000000000000000000000001',
      '0.1000000000000000055511151231257827',
      '1e400',
      '-1e400',
      '1e-400',
    ],
    ...[
      '2.4703282292062327e-324',
      '2.4703282292062328e-324',
      '1.7976931348623158e308',
      '1.7976931348623159e308',
    ],
    ...[
      '0.99999999999999994',
      '0.99999999999999995',
      '4503599627370495.74',
      '4503599627370495.76',
      '123456789012345678901234567890',
      '1e22',
      '1e23',
      '8.5e22',
      '0.000000000000000000000000000001',
      '5e-324',
      '3e-324',
    ],
  ];
  for (const spelling of spellings) {
    const value = Number(spelling);
    t.equal(readsAs(spelling, value), Number.isFinite(value), `${spelling} as ${value}`);
    if (value === 0 || !Number.isFinite(value)) continue;
    t.equal(readsAs(spelling, neighbour(value, 1n)), false, `${spelling} not as the double after ${value}`);
    t.equal(readsAs(spelling, neighbour(value, -1n)), false, `${spelling} not as the double before ${value}`);
    t.equal(readsAs(spelling, -value), false, `${spelling} not as ${-value}`);
  }
  t.equal(readsAs('1e-400', 5e-324), false);
  t.equal(readsAs('1', 0), false);
  t.equal(readsAs('0', 5e-324), false);
  t.equal(readsAs(`1.${'0'.repeat(70)}`, 1), false, 'more than 64 digits are not taken');
  t.end();
});

void t.test('Random spellings agree with Number()', (t) => {
  const source = random(53);
  const wrong: string[] = [];
  for (let count = 0; count < 20_000; count++) {
    const spelling = randomSpelling(source);
    const value = Number(spelling);
    if (!Number.isFinite(value)) continue;
    const right = readsAs(spelling, value) && !(value !== 0 && readsAs(spelling, neighbour(value, 1n)));
    if (!right) wrong.push(`${spelling} as ${value}`);
  }
  t.same(wrong, []);
  t.end();
});

/** Short and long digit strings, and the exact middles between doubles, where rounding is hardest. */
function randomSpelling(source: Random): string {
  if (source.below(4) === 0) return String(BigInt(2 ** 53 + source.below(1e9)) * 2n + 1n);
  if (source.below(4) === 0) return String(randomDouble(source));
  const digits = Array.from({ length: 1 + source.below(25) }, () => source.below(10)).join('');
  return `${source.below(10)}.${digits}e${source.below(600) - 300}`;
}
