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

/** Prints the built-in modules that were loaded; `http2` comes with the libraries of a run, and with nothing before. */
const listBuiltins = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => console.error(process.moduleLoadList.join('\\n')))",
)}`;

for (const [command, args, loadsRun] of [
  ['token', ['token', '--claims', '{}'], false],
  ['run', ['run', '--help'], true],
] as const) {
  t.test(`${command} ${loadsRun ? 'loads' : 'does not load'} the libraries of a run`, (t) => {
    const node = ['--import', listBuiltins, program, ...args];
    const { status, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
    t.equal(status, 0);
    t.equal(/^NativeModule http2$/m.test(stderr), loadsRun);
    t.end();
  });
}
