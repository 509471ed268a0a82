import type { Problem } from '@omnia-policy/policy';
import t from 'tap';
import { parsePolicyFile } from './read-policy-file.js';

/** The file; `^` under a line marks the place that the problem must be given. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly origin?: string;
  readonly path: string;
  readonly code?: Problem['code'];
  /** Position inside the text at the path. */
  readonly inside?: readonly [line: number, column: number];
  readonly at: readonly [line: number, column: number];
}

const cases: readonly Case[] = [
  { name: 'a plain scalar', file: 'spec:\n  cel: a == b\n', path: 'spec.cel', inside: [1, 6], at: [2, 13] },
  {
    name: 'a single-quoted scalar',
    file: "spec:\n  cel: 'a == b'\n",
    path: 'spec.cel',
    inside: [1, 6],
    at: [2, 14],
  },
  {
    name: 'a double-quoted scalar',
    file: 'spec:\n  cel: "a == b"\n',
    path: 'spec.cel',
    inside: [1, 3],
    at: [2, 11],
  },
  {
    name: 'a text with escapes',
    file: 'cel: "a\\t\\x20==\\u0020\\ud83d\\ude00\\U0001F600\\"b\\" \\\\ \\\n  c"\n',
    path: 'cel',
    inside: [1, 15],
    at: [2, 3],
  },
  {
    name: 'a text with doubled quotes',
    file: "cel: 'a == ''b'\n",
    path: 'cel',
    inside: [1, 7],
    at: [1, 14],
  },
  {
    name: 'several plain lines',
    file: 'cel: a\n  == b\n',
    path: 'cel',
    inside: [1, 6],
    at: [2, 6],
  },
  {
    name: 'a folded block',
    file: 'cel: > # why\n  a\n  == b\n',
    path: 'cel',
    inside: [1, 6],
    at: [3, 6],
  },
  {
    name: 'a folded block with an indented line and a blank one',
    file: 'cel: >-\n  a\n    == b\n\n  || c\n',
    path: 'cel',
    inside: [4, 4],
    at: [5, 6],
  },
  {
    name: 'several quoted lines',
    file: 'cel: "a\n\n  == b"\n',
    path: 'cel',
    inside: [2, 4],
    at: [3, 6],
  },
  {
    name: 'a text that ends too soon',
    file: 'cel: |\n  a ==\n\nb: 1\n',
    path: 'cel',
    inside: [2, 1],
    at: [2, 7],
  },
  {
    name: 'a line with characters beyond 16 bits',
    file: "cel: x == '😀' + b\n",
    path: 'cel',
    inside: [1, 12],
    at: [1, 17],
  },
  {
    name: 'a literal block',
    file: 'a:\n  cel: |\n    x &&\n    y == z\n',
    path: 'a.cel',
    inside: [2, 6],
    at: [4, 10],
  },
  {
    name: 'a stripped literal block',
    file: 'cel: |-\n  x &&\n  y\nb: 1\n',
    path: 'cel',
    inside: [2, 1],
    at: [3, 3],
  },
  {
    name: 'a literal block with an indented line',
    file: 'cel: |\n  x &&\n    y\n',
    path: 'cel',
    inside: [2, 3],
    at: [3, 5],
  },
  {
    name: 'a literal block after a blank line',
    file: 'cel: |\n\n  x\n',
    path: 'cel',
    inside: [2, 1],
    at: [3, 3],
  },
  {
    name: 'a literal block with an explicit indent',
    file: 'cel: |2\n   x\n  y\n',
    path: 'cel',
    inside: [1, 2],
    at: [2, 4],
  },
  {
    name: 'a literal block with CRLF',
    file: 'cel: |\r\n  x &&\r\n  y z\r\n',
    path: 'cel',
    inside: [2, 3],
    at: [3, 5],
  },
  {
    name: 'an element of a list',
    file: 'rules:\n  - deny: {cel: a b}\n',
    path: 'rules[0].deny.cel',
    inside: [1, 3],
    at: [2, 19],
  },
  { name: 'a list of lists', file: 'm: [[1, x]]\n', path: 'm[0][1]', at: [1, 9] },
  {
    name: 'a key with dots',
    file: 'labels:\n  app.kubernetes.io/name: 1\n',
    path: 'labels.app.kubernetes.io/name',
    at: [2, 27],
  },
  {
    name: 'a value of the wrong type',
    file: 'spec:\n  mode: 3\n',
    path: 'spec.mode',
    code: 'wrong-type',
    at: [2, 9],
  },
  {
    name: 'an unknown field: its key',
    file: 'spec:\n  mod: 3\n',
    path: 'spec.mod',
    code: 'unknown-field',
    at: [2, 3],
  },
  {
    name: 'a missing field: the key above',
    file: 'a: 1\nspec:\n  b: 2\n',
    path: 'spec.rules',
    code: 'missing-field',
    at: [2, 1],
  },
  {
    name: 'a missing field of a list element',
    file: 'r:\n  - a: 1\n  - b: 2\n',
    path: 'r[1].name',
    code: 'missing-field',
    at: [3, 5],
  },
  {
    name: 'a field without a value: its key',
    file: 'spec:\n  mode:\n',
    path: 'spec.mode',
    code: 'wrong-type',
    at: [2, 3],
  },
  {
    name: 'the document as a whole',
    file: '# comment\n\na: 1\n',
    path: '',
    code: 'unknown-kind',
    at: [3, 1],
  },
  {
    name: 'an alias: its anchor',
    file: 'x: &e a b\ny: *e\nz: {q: *e}\n',
    path: 'z.q',
    inside: [1, 3],
    at: [3, 8],
  },
  {
    name: 'a path through an alias',
    file: 'x: &e {cel: a b}\ny: *e\n',
    path: 'y.cel',
    inside: [1, 3],
    at: [1, 15],
  },
  {
    name: 'a second document',
    file: 'a: 1\n---\ncel: a b\n',
    origin: 'f.yaml#2',
    path: 'cel',
    inside: [1, 3],
    at: [3, 8],
  },
  {
    name: 'a document after an empty one',
    file: '---\n---\ncel: |\n  a b\n',
    origin: 'f.yaml#2',
    path: 'cel',
    inside: [1, 3],
    at: [4, 5],
  },
  { name: 'JSON', file: '{\n "a": {\n  "cel": "a b"\n }\n}', path: 'a.cel', inside: [1, 3], at: [3, 13] },
  {
    name: 'a file that begins with a byte order mark',
    file: '\ufeffcel: a b\n',
    path: 'cel',
    inside: [1, 3],
    at: [1, 8],
  },
];

for (const { name, file, origin = 'f.yaml', path, code = 'invalid-cel', inside, at } of cases) {
  t.test(`finds the place of a problem in ${name}`, (t) => {
    const content = parsePolicyFile('f.yaml', Buffer.from(file));
    t.equal(content.problem, undefined);
    const problem: Problem = {
      path,
      code,
      message: 'm',
      ...(inside === undefined ? {} : { line: inside[0], column: inside[1] }),
    };
    t.strictSame(content.locate(origin, problem), { path, code, message: 'm', line: at[0], column: at[1] });
    t.end();
  });
}
