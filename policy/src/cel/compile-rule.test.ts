import t from 'tap';
import type { JsonObject } from '../call/json.js';
import { compileRule } from './compile-rule.js';
import { createActivation } from './create-activation.js';
import { syntaxProblem } from './syntax-problem.js';
import { exampleCall, type ExampleCall } from './testing/example-call.js';

function problemsOf(text: string): readonly string[] {
  const compiled = compileRule(text);
  return compiled.ok
    ? []
    : compiled.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function evaluate(text: string, call: ExampleCall = {}): unknown {
  const compiled = compileRule(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const result = compiled.expression.evaluate(createActivation(exampleCall(call)));
  return result.ok ? result.value : result.code;
}

t.test('a rule that its author got wrong is refused at the place of the mistake', (t) => {
  const table: readonly [string, string, readonly string[]][] = [
    [
      'a mistyped variable',
      'has(bdy.amount)',
      ["1:5 there is no variable 'bdy'; the variables are headers, body, identity, request, tool, mcp"],
    ],
    [
      'a mistyped variable on the second line',
      'true\n  && bdy.x == 1',
      ["2:6 there is no variable 'bdy'; the variables are headers, body, identity, request, tool, mcp"],
    ],
    [
      'a column counts code points',
      '"😀é" == bdy',
      ["1:9 there is no variable 'bdy'; the variables are headers, body, identity, request, tool, mcp"],
    ],
    ['an unknown function', 'now() > 1', ["1:1 there is no function 'now'"]],
    [
      'a function of another language',
      'body.x.length() > 1',
      ["1:7 there is no function 'length'; did you mean size()?"],
    ],
    ['types that do not compare', 'headers["a"] == 1', ["1:14 operator '==' does not take (string, int)"]],
    [
      'a field of a text',
      'request.method.size == 1',
      ["1:15 a string has no fields; '.size' can only be read from a map"],
    ],
    ['a method of a map', 'body.matches("a")', ['1:5 map(string, dyn) has no method matches(string)']],
    ['a text where a bool is due', 'true && "x"', ["1:9 '&&' takes bools, and this is a string"]],
    ['a rule that is a text', 'headers["a"]', ['1:1 a rule must be true or false, and this is a string']],
    ['a rule that is a list', '[true]', ['1:1 a rule must be true or false, and this is a list(bool)']],
    ['has() of an index', 'has(headers["a"])', ['1:1 has() asks for a field, as in has(body.amount)']],
    [
      'a macro with too many arguments',
      'body.exists(x, true, 3, 4)',
      ['1:5 exists() takes a variable and an expression, as in list.exists(item, item.price > 10.0)'],
    ],
    ['a rule that is an int', 'size(body)', ['1:1 a rule must be true or false, and this is an int']],
    [
      'a map whose keys are doubles',
      '{1.5: 2} == {}',
      ['1:2 the keys of a map are bools, ints, uints or strings, and this is a double'],
    ],
    [
      'a map whose keys are maps, one of several',
      '{1: 2, {}: 3} == {}',
      ['1:8 the keys of a map are bools, ints, uints or strings, and this is a map(dyn, dyn)'],
    ],
    [
      'a macro without a name',
      'body.l.all(x.y, true)',
      ['1:7 the first argument of all() must be a simple name for the variable'],
    ],
    [
      'a macro over a text',
      'request.path.all(c, true)',
      ['1:8 all() loops over a list or a map, and this is a string'],
    ],
    [
      'a number that no int holds',
      'body.x == 9223372036854775808',
      ['1:11 the number does not fit into an int (64 bits)'],
    ],
    [
      'an escape that does not exist',
      'body.x.matches("\\d+")',
      ['1:17 there is no escape \\d; write \\\\d, or r"…"'],
    ],
    [
      'a message',
      'google.protobuf.Int64Value{value: 1} == 1',
      ['1:1 messages such as google.protobuf.Int64Value{…} can not be built in an expression'],
    ],
    ['nothing', ' \n ', ['1:1 the expression is empty']],
    [
      'two mistakes',
      'bdy.x > 1 && hdrs["a"] == "b"',
      [
        "1:1 there is no variable 'bdy'; the variables are headers, body, identity, request, tool, mcp",
        "1:14 there is no variable 'hdrs'; the variables are headers, body, identity, request, tool, mcp",
      ],
    ],
    [
      'a format text with too few arguments',
      '"%s %s".format([1]) == ""',
      ['1:8 the format text has 2 clauses for 1 arguments'],
    ],
    ['a format clause of another type', '"%d".format(["x"]) == ""', ['1:14 %d does not take a string']],
  ];
  for (const [name, text, expected] of table) t.strictSame(problemsOf(text), expected, name);
  t.end();
});

t.test('a field that a variable does not have is refused', (t) => {
  const identity =
    'identity has no field subjct: expected origin, subject, endUser, workspace, agent, claims';
  const table: readonly [text: string, problem: string][] = [
    ['identity.subjct == "x"', `1:9 ${identity}`],
    ['has(identity.subjct)', `1:5 ${identity}`],
    ['identity["subjct"] == "x"', `1:10 ${identity}`],
    ['"subjct" in identity', `1:1 ${identity}`],
    ['!("subjct" in identity) && true', `1:3 ${identity}`],
    ['request.pth == "/"', '1:8 request has no field pth: expected method, path, host'],
    ['tool.nmae == "x"', '1:5 tool has no field nmae: expected registry, name'],
    ['has(mcp.methd) && true', '1:5 mcp has no field methd: expected method, tool, id'],
    ['[1].exists(i, tool.nmae == "x")', '1:19 tool has no field nmae: expected registry, name'],
  ];
  for (const [text, problem] of table) t.strictSame(problemsOf(text), [problem], text);
  for (const text of [
    'identity.origin + identity.endUser + identity.workspace + identity.agent == ""',
    'identity.claims.subjct == "x"',
    'identity["sub" + "jct"] == "x"',
    'has(body.subjct) || has(headers.subjct) || "subjct" in body',
    '[{"subjct": 1}].all(identity, identity.subjct == 1 && has(identity.subjct) && "subjct" in identity)',
    'has(mcp.method) && has(mcp.tool) && has(mcp.id) && tool.name + tool.registry == ""',
    'request.method + request.path + request["host"] == ""',
  ]) {
    t.strictSame(problemsOf(text), [], text);
  }
  t.end();
});

t.test('a bad regular expression is refused, with the reason', (t) => {
  for (const pattern of ['[', '(?<=a)b', '(a)\\\\1', 'a{1001}', '(?=x)', '*']) {
    t.match(
      problemsOf(`body.x.matches("${pattern}")`),
      [/^1:16 the regular expression is not valid RE2: /],
      pattern,
    );
    t.match(
      problemsOf(`matches(body.x, "${pattern}")`),
      [/^1:17 the regular expression is not valid RE2: /],
      pattern,
    );
  }
  t.match(problemsOf(`body.x.matches("${'a'.repeat(513)}")`), [/longer than 512 characters/]);
  t.strictSame(problemsOf(`body.x.matches("${'a'.repeat(512)}")`), []);
  t.end();
});

t.test('a syntax error is reported where no expression goes on, with what is missing', (t) => {
  const end = 'found the end of the expression';
  const table: readonly [text: string, problem: string][] = [
    ['body["a" == 1', `1:14 syntax error: expected ] for the [ at 1:5, ${end}`],
    ["body.a == 'x", '1:11 syntax error: the text that begins here has no closing quote on its line'],
    ['body.x ==', `1:10 syntax error: expected a value, ${end}`],
    ['body.x == // later', `1:11 syntax error: expected a value, ${end}`],
    ['true\n&& (false', `2:10 syntax error: expected ) for the ( at 2:4, ${end}`],
    ['body.a > 5 and true', '1:12 syntax error: expected an operator, found and; write && instead of and'],
    ['body.a > 5 or true', '1:12 syntax error: expected an operator, found or; write || instead of or'],
    ['not body.a', '1:5 syntax error: expected an operator, found body; write ! instead of not'],
    ['body.a = 5', '1:8 syntax error: unexpected =; write == instead of ='],
    ['body.a === 5', '1:8 syntax error: expected an operator, found ===; write == instead of ==='],
    ['a & b', '1:3 syntax error: unexpected &; write && instead of &'],
    [
      'body.a == \u201cx\u201d',
      '1:11 syntax error: unexpected the character U+201C; write " instead of \u201c',
    ],
    ['\u00a0true', '1:1 syntax error: unexpected the character U+00A0'],
    ['body.amount > 500 @#$', '1:19 syntax error: unexpected @'],
    ['body.`a-b` == 1', '1:6 syntax error: names in back quotes are not supported; write body["a-b"]'],
    ['body[?"a"]', '1:6 syntax error: expected a value, found ?'],
    ['body.?a == 1', '1:6 syntax error: expected the name of a field, found ?'],
    ['body.a body.b', '1:8 syntax error: expected the end of the expression, found body'],
    ['true)', '1:5 syntax error: expected the end of the expression, found )'],
    ['[1, 2)', '1:6 syntax error: expected ] for the [ at 1:1, found )'],
    ['{"a" 1}', '1:6 syntax error: expected } for the { at 1:1, found 1'],
    ['a ? b', `1:6 syntax error: expected : and a second value for ?, ${end}`],
    ['(a ? b)', '1:7 syntax error: expected : and a second value for ?, found )'],
    ['a : b', '1:3 syntax error: expected the end of the expression, found :'],
    ['1, 2', '1:2 syntax error: expected the end of the expression, found ,'],
    ['body..x', '1:6 syntax error: expected the name of a field, found .'],
    ['1 +* 2', '1:4 syntax error: expected a value, found *'],
    ['size(1,)', '1:8 syntax error: expected a value, found )'],
    ['()', '1:2 syntax error: expected a value, found )'],
    ['"a\nb" == "c"', '1:1 syntax error: the text that begins here has no closing quote on its line'],
    ['if', '1:1 syntax error: reserved identifier'],
    ['"\\ud83d"', '1:1 syntax error: surrogate code points are not allowed'],
    ['name{a: 1}', '1:1 messages such as name{…} can not be built in an expression'],
  ];
  for (const [text, problem] of table) t.strictSame(problemsOf(text), [problem], text);
  t.end();
});

t.test('what is read is no syntax error', (t) => {
  for (const text of [
    '[1, 2,].size() > 1 && {"a": 1,}.size() > 0 && {}.size() == [].size()',
    'true ? 1 in [1] : {"a": true ? 1 : 2, "b": 3}["a"] == 1',
    '-1 < 0 && !(!true) && - -1 > 0 && .5 < 1e3 && 0xF == 15',
    'r"\\" == "\\\\" && b"a" == b\'a\' && """a"\n""" != \'\'\'b\'\'\'',
    'size([]) == 0 // and so on',
    '.body.a == 1',
  ]) {
    t.strictSame(problemsOf(text), [], text);
    t.equal(syntaxProblem(text), undefined);
  }
  t.end();
});

t.test('what is not part of the language is refused', (t) => {
  for (const text of [
    'optional.of(1).hasValue()',
    'cel.bind(a, 1, a > 0)',
    'math.greatest(1, 2) == 2',
    '[1].exists(i, v, v > 0)',
    '[1].existsOne(x, x > 0)',
    '[1].sort() == [1]',
    'body.`a-b` == 1',
    'body.?a.orValue(1) == 1',
    'existsOne(1)',
    '@select(body, "a")',
  ]) {
    t.not(problemsOf(text).length, 0, text);
  }
  t.end();
});

t.test('an expression that is too large is refused', (t) => {
  t.match(problemsOf(`body.x == "${'a'.repeat(4096)}"`), [
    /^1:1 the expression has 4108 bytes; at most 4096/,
  ]);
  t.match(
    problemsOf(`size("${'é'.repeat(2047)}") > 1`),
    [/at most 4096/],
    'bytes, not characters, are counted',
  );
  t.match(problemsOf(`[${'1,'.repeat(1000)}1] == [1]`), [/more than 1000 parts/]);
  t.match(problemsOf(`${'['.repeat(70)}1${']'.repeat(70)} == [1]`), [/nested deeper than 64/]);
  t.strictSame(
    problemsOf(`true && ${'('.repeat(2000)}true${')'.repeat(2000)}`),
    ['1:73 the expression is too large: it is nested deeper than 64'],
    'parentheses cost the parser depth',
  );
  t.match(
    problemsOf(`${'true ? 1 : '.repeat(100)}2`),
    [/^1:710 .*nested deeper than 64/],
    'so do conditions',
  );
  t.strictSame(
    problemsOf(`[${'true ? [1] : [(2)], '.repeat(40)}] != []`),
    [],
    'one after the other is no nesting',
  );
  const two = 'body.a.all(x, body.b.all(y, x != y))';
  t.strictSame(problemsOf(two), []);
  t.match(problemsOf(`body.c.all(z, ${two})`), [/more than 2 macros are nested/]);
  t.strictSame(
    problemsOf(`${two} && body.a.map(x, x).filter(x, x > 1).exists(x, x == 2)`),
    [],
    'a chain is no nesting',
  );
  t.end();
});

t.test('references are the variables that are read', (t) => {
  const table: readonly [string, readonly string[]][] = [
    ['has(body.amount) && double(body.amount) > 500.0', ['body']],
    ['headers["a"] == "b" || identity.claims.team == "x"', ['headers', 'identity']],
    ['request.method == "GET" && tool.name == mcp.tool', ['mcp', 'request', 'tool']],
    ['[1].all(body, body > 0)', []],
    ['[1].all(body, body > 0) && has(body.x)', ['body']],
    ['headers.all(headers, headers != "x")', ['headers']],
    ['body.exists(body, body == "x")', ['body']],
    ['true // body', []],
    ['"body" == "x"', []],
  ];
  for (const [text, expected] of table) {
    const compiled = compileRule(text);
    t.strictSame(compiled.ok && Array.from(compiled.expression.references).sort(), expected, text);
  }
  t.end();
});

t.test('an evaluation that fails says how, and never with data of the call', (t) => {
  const body: JsonObject = { s: 'secret', n: 5, l: [1, 2], z: null };
  const table: readonly [string, string][] = [
    ['body.x == 1', 'no-such-key'],
    ['headers["a"] == "b"', 'no-such-key'],
    ['body[body.s] == 1', 'no-such-key'],
    ['body.l[5] == 1', 'no-such-key'],
    ['body.s > 5', 'type-mismatch'],
    ['body.s.x == 1', 'type-mismatch'],
    ['body.s && true', 'type-mismatch'],
    ['body.s ? true : false', 'type-mismatch'],
    ['body.n.matches("a")', 'type-mismatch'],
    ['body.s.all(c, true)', 'type-mismatch'],
    ['-body.s == 1', 'type-mismatch'],
    ['body.s', 'not-bool'],
    ['body.n', 'not-bool'],
    ['body.z', 'not-bool'],
    ['int(body.s) > 1', 'evaluation-failed'],
    ['1 / int(body.n - 5.0) > 1', 'evaluation-failed'],
    ['timestamp(body.s) > timestamp(0)', 'evaluation-failed'],
    ['"a".matches(body.s + "[")', 'evaluation-failed'],
    ['{body.s: 1, "secret": 2}.size() == 2', 'evaluation-failed'],
  ];
  for (const [text, code] of table) {
    const compiled = compileRule(text);
    const result = compiled.ok
      ? compiled.expression.evaluate(createActivation(exampleCall({ body })))
      : undefined;
    t.match(result, { ok: false, code }, text);
    t.notMatch(JSON.stringify(result), /secret/, `${text} keeps the data to itself`);
  }
  t.end();
});

t.test('errors are absorbed where the other operand decides', (t) => {
  const table: readonly [string, unknown][] = [
    ['body.x == 1 || true', true],
    ['true || body.x == 1', true],
    ['body.x == 1 && false', false],
    ['body.x == 1 || false', 'no-such-key'],
    ['[1, 0].exists(x, 1 / x == 1)', true],
    ['[0, 1].all(x, 1 / x == 5)', false],
    ['has(body.x) && body.x > 1', false],
    ['has(body.x.y)', 'no-such-key'],
  ];
  for (const [text, expected] of table) t.equal(evaluate(text), expected, text);
  t.end();
});

t.test('a body that can not be read fails every rule that reads it', (t) => {
  const unreadable = 'truncated';
  t.equal(evaluate('body.x == 1 || true', { unreadable }), 'body-unreadable');
  t.equal(evaluate('true || has(mcp.tool)', { unreadable }), 'body-unreadable');
  t.equal(evaluate('headers.size() == 0', { unreadable }), true, 'the others still decide');
  t.equal(evaluate('[1].all(body, body > 0)', { unreadable }), true, "a macro's own variable is no body");
  const compiled = compileRule('body.x == 1');
  const result = compiled.ok
    ? compiled.expression.evaluate(createActivation(exampleCall({ unreadable })))
    : undefined;
  t.strictSame(result, { ok: false, code: 'body-unreadable', detail: 'truncated' });
  t.end();
});

t.test('one expression serves many calls, and one activation many expressions', (t) => {
  const compiled = compileRule('body.n > 5');
  if (!compiled.ok) throw new Error('refused');
  const high = createActivation(exampleCall({ body: { n: 6 } }));
  const low = createActivation(exampleCall({ body: { n: 5 } }));
  for (let i = 0; i < 3; i++) {
    t.strictSame(compiled.expression.evaluate(high), { ok: true, value: true });
    t.strictSame(compiled.expression.evaluate(low), { ok: true, value: false });
  }
  t.strictSame(
    compiled.expression.evaluate({ call: high.call }),
    { ok: true, value: true },
    'any activation will do',
  );
  t.end();
});

t.test('comments, raw texts and line breaks are read', (t) => {
  t.equal(evaluate('true // why'), true);
  t.equal(evaluate('// why\ntrue'), true);
  t.equal(evaluate('"a.b".matches(r"a\\.b")'), true);
  t.equal(evaluate('"""a\n""" == "a\\n"'), true);
  t.end();
});
