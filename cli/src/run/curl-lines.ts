import { formatListenAddress } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service';

interface Step {
  readonly title: string;
  readonly tool: string;
  readonly path: string;
  readonly body: string;
}

const steps: readonly Step[] = [
  {
    title:
      'A tool on the allowlist. The answer shows what the tool received: see the x-omnia-claim-* headers.',
    tool: 'lookup_order',
    path: '/v1/orders',
    body: '{"order":"A-1"}',
  },
  {
    title: 'A tool that is not on the allowlist: 403.',
    tool: 'delete_account',
    path: '/v1/accounts',
    body: '{"account":"C-7"}',
  },
  {
    title: 'A refund within the rules. x-processed-by holds the team of the token.',
    tool: 'process_refund',
    path: '/v1/refund',
    body: '{"amount":20,"reason":"damaged"}',
  },
  {
    title:
      'A refund over the limit: allowed while refund-guardrails.yaml says "mode: audit" (see wouldDeny in the log); ' +
      'say "mode: enforce" there and call again: 403.',
    tool: 'process_refund',
    path: '/v1/refund',
    body: '{"amount":900,"reason":"damaged"}',
  },
];

/** The tutorial as lines to paste into a shell. */
export function curlLines(listen: ListenAddress, token: string): readonly string[] {
  const url = `http://${formatListenAddress(listen)}`;
  const headers = ['x-omnia-agent-name: support-agent', 'x-omnia-namespace: production'];
  const calls = steps.flatMap(({ title, tool, path, body }) => {
    const all = [...headers, 'x-omnia-tool-registry: customer-tools', `x-omnia-tool-name: ${tool}`];
    const flags = [...all, 'content-type: application/json'].map((header) => `-H '${header}'`).join(' ');
    return [
      `# ${title}`,
      `curl -si ${url}${path} -H "authorization: Bearer $TOKEN" ${flags} -d '${body}'`,
      '',
    ];
  });
  return ['', `TOKEN=${token}`, '', ...calls];
}
