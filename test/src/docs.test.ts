import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { compilePolicySet } from '@omnia-policy/policy';
import { parseAllDocuments } from 'yaml';
import t from 'tap';
import { fencedBlocks } from './fenced-blocks.js';
import { ROOT, startStack } from './stack.js';
import { untilEnforced } from './until-enforced.js';

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'build', '.git', '.tap', '.cache'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const files = markdownFiles(ROOT).map((path) => ({ path, text: readFileSync(path, 'utf8') }));

t.test('every policy in the docs compiles', (t) => {
  let examples = 0;
  for (const { path, text } of files) {
    for (const block of fencedBlocks(text).filter(({ language }) => language === 'yaml')) {
      const documents = parseAllDocuments(block.text).map((document, index) => ({
        origin: `${path}:${block.line}#${index}`,
        value: document.toJS() as unknown,
      }));
      for (const { origin, problems } of compilePolicySet(documents, { revision: 'docs' }).entries) {
        t.same(problems, [], origin);
        examples++;
      }
    }
  }
  t.ok(examples >= 4, `${examples} examples`);
  t.end();
});

t.test('every link inside the project leads somewhere', (t) => {
  for (const { path, text } of files) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [file = ''] = target.split('#');
      if (file === '' || /^[a-z]+:/.test(file)) continue;
      t.ok(existsSync(join(dirname(path), file)), `${path}: ${target}`);
    }
  }
  t.end();
});

t.test('the calls of the README answer what it says', async (t) => {
  const stack = await startStack();
  t.teardown(() => stack.stop());
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = fencedBlocks(readme).filter(({ language }) => ['sh', 'json'].includes(language));
  const scripts = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  const [refused, enforced] = blocks
    .filter(({ language }) => language === 'json')
    .map(({ text }) => text.trim());
  t.equal(scripts.length, 2);
  const run = async (script: string): Promise<string> => {
    const local = script.replaceAll('http://127.0.0.1:10000', stack.url);
    const { stdout } = await promisify(execFile)('bash', ['-euc', local], { cwd: ROOT });
    return stdout.trim();
  };
  t.equal(await run(String(scripts[0])), refused);
  const [token = ''] = String(scripts[0]).split('\n');
  const refund = `${token}\n${String(scripts[1])}`;
  t.match(JSON.parse(await run(refund)), { path: '/v1/refund' });
  const guardrails = readFileSync(
    join(ROOT, 'manifests/examples/securing-agents/refund-guardrails.yaml'),
    'utf8',
  );
  stack.writePolicy('refund-guardrails.yaml', guardrails.replace('mode: audit', 'mode: enforce'));
  t.equal(
    await untilEnforced(
      () => run(refund),
      (answer) => answer.includes('policy_denied'),
    ),
    enforced,
  );
});
