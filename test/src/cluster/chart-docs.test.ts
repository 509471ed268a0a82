import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { fencedBlocks } from '../fenced-blocks.js';
import { ROOT } from '../stack.js';
import { missingTools, requireTool } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';
import { installCrds, istioCrds } from './crds.js';

const skip = missingTools('etcd', 'kube-apiserver', 'kubectl', 'helm', 'istio-crds');
const page = readFileSync(join(ROOT, 'docs/install.md'), 'utf8');

t.test(
  'the commands of the install page that need no pods do what they say, in their order',
  { skip },
  async (t) => {
    const server = await startApiServer(t);
    await installCrds(server, istioCrds());
    await server.createNamespace('istio-system');
    const folder = mkdtempSync(join(tmpdir(), 'omnia-install-'));
    t.teardown(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const tool of ['kubectl', 'helm']) symlinkSync(requireTool(tool), join(bin, tool));
    const env = { HOME: folder, KUBECONFIG: server.kubeconfig, PATH: `${bin}:${process.env.PATH ?? ''}` };
    const run = async (script: string): Promise<string> => {
      const { stdout } = await promisify(execFile)('bash', ['--norc', '-euc', script], { cwd: ROOT, env });
      return stdout;
    };
    const blocks = fencedBlocks(page).filter(({ language }) => language === 'sh');
    t.ok(blocks.length > 7, `${blocks.length} blocks`);
    for (const { text, line } of blocks) {
      const said = await run(text);
      t.comment(`docs/install.md:${line}: ${said.trim().split('\n').at(-1) ?? ''}`);
      if (text.startsWith('helm upgrade')) {
        const ready = ['wait', '--for', 'condition=Established', '--timeout', '60s', '--all', 'crd'];
        t.match(await server.kubectl(ready), { code: 0 });
      }
    }
    const left = await server.kubectl(['get', 'crd', '-o', 'name']);
    t.notMatch(left.stdout, /policies\.omnia\.altairalabs\.ai/);
  },
);

t.test('every file that the install page names is there', (t) => {
  for (const [path] of page.matchAll(/manifests\/[\w./-]*\w/g)) t.ok(existsSync(join(ROOT, path)), path);
  t.end();
});
