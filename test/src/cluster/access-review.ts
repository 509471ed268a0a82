import type { ApiServer } from './api-server.js';

/** What an account may ask of the API server. */
export interface Access {
  /** Separated by commas. */
  readonly verbs: string;
  /** `resource`, `resource.group`, with `/subresource` or `/name` behind it. */
  readonly resource: string;
  /** Absent: all namespaces, or none for what has none. */
  readonly namespace?: string;
}

const SUBRESOURCES = ['status', 'exec', 'token'];

/** What the API server answers for each verb, as `get yes, list no`, in the order of the questions. */
export async function reviewAccess(
  server: ApiServer,
  kubeconfig: string,
  questions: readonly Access[],
): Promise<string[]> {
  const reviews = questions.flatMap((question) =>
    question.verbs.split(',').map((verb) => review(question, verb)),
  );
  const printed = 'jsonpath={.status.allowed}{"\\n"}';
  const args = ['create', '--validate=false', '-f', '-', '-o', printed, '--kubeconfig', kubeconfig];
  const { code, stdout, stderr } = await server.kubectl(
    args,
    reviews.map((one) => JSON.stringify(one)).join('\n'),
  );
  if (code !== 0) throw new Error(`kubectl create: ${stderr}`);
  const answers = stdout.trim().split('\n');
  if (answers.length !== reviews.length) throw new Error(`${answers.length} of ${reviews.length} answers`);
  let next = 0;
  return questions.map(({ verbs }) =>
    verbs
      .split(',')
      .map((verb) => `${verb} ${answers[next++] === 'true' ? 'yes' : 'no'}`)
      .join(', '),
  );
}

function review({ resource, namespace }: Access, verb: string): object {
  const [full = '', last] = resource.split('/');
  const [plural, ...group] = full.split('.');
  const behind =
    last === undefined ? {} : SUBRESOURCES.includes(last) ? { subresource: last } : { name: last };
  return {
    ...{ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' },
    spec: {
      resourceAttributes: {
        ...{ verb, resource: plural, group: group.join('.'), ...behind },
        ...(namespace === undefined ? {} : { namespace }),
      },
    },
  };
}
