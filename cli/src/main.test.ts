import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const program = fileURLToPath(new URL('../bin/omnia-policy.js', import.meta.url));

const cases: readonly [string, readonly string[], number, RegExp][] = [
  ['help is asked for', ['--help'], 0, /^Usage: omnia-policy COMMAND[^]*\n {2}run [^]*\n {2}token /],
  ['help of a command is asked for', ['token', '--help'], 0, /^Usage: omnia-policy token [^]*--claims JSON/],
  ['the command is missing', [], 1, /a command is missing[^]*Usage:/],
  ['the command is unknown', ['walk'], 1, /"walk" is no command[^]*Usage:/],
  ["the command is every object's", ['constructor'], 1, /"constructor" is no command/],
  ['a flag is unknown', ['run', '--policy', 'x'], 1, /--policy is not a flag of omnia-policy run/],
];

for (const [what, args, code, output] of cases) {
  t.test(`exit code ${code} when ${what}`, (t) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
    t.equal(status, code);
    t.match(code === 0 ? stdout : stderr, output);
    t.equal(code === 0 ? stderr : stdout, '');
    t.end();
  });
}
