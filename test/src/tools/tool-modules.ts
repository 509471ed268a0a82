import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '@omnia-policy/cli';

/** A Go module below test/tools and what is built from it. */
export interface ToolModule {
  readonly name: string;
  readonly tools: readonly Tool[];
  readonly definitions?: readonly Definitions[];
}

/** CustomResourceDefinitions that a Go module carries; they become a folder beside the tools. */
export interface Definitions {
  /** Of that folder. */
  readonly name: string;
  readonly module: string;
  /** Folder in the module. */
  readonly path: string;
  readonly files: RegExp;
}

export interface Tool {
  /** Of the executable. */
  readonly name: string;
  /** Go package of its main function. */
  readonly package: string;
  readonly tags?: readonly string[];
  /** For Go's linker, on top of `-s -w`. */
  readonly ldflags?: readonly string[];
}

const KUBERNETES_VERSION = { gitVersion: 'v1.36.3', gitMajor: '1', gitMinor: '36' };
const kubernetesLdflags = Object.entries(KUBERNETES_VERSION).map(
  ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
);
/** Those of Istio's own releases. */
const PILOT_TAGS = ['vtprotobuf', 'disable_pgv'];
const AGENT_TAGS = ['agent', 'disable_pgv', 'grpcnotrace', 'retrynotrace'];

export const TOOL_MODULES: readonly ToolModule[] = [
  {
    name: 'kubernetes',
    tools: [
      { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
      { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver', ldflags: kubernetesLdflags },
      { name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl', ldflags: kubernetesLdflags },
    ],
  },
  {
    name: 'istio',
    tools: [
      { name: 'pilot-discovery', package: 'istio.io/istio/pilot/cmd/pilot-discovery', tags: PILOT_TAGS },
      { name: 'pilot-agent', package: 'istio.io/istio/pilot/cmd/pilot-agent', tags: AGENT_TAGS },
      { name: 'istiocheck', package: './cmd/istiocheck', tags: PILOT_TAGS },
    ],
    definitions: [
      {
        ...{ name: 'istio-crds', module: 'istio.io/api', path: 'kubernetes' },
        files: /^customresourcedefinitions\.gen\.yaml$/,
      },
      {
        ...{ name: 'gateway-api-crds', module: 'sigs.k8s.io/gateway-api', path: 'config/crd/standard' },
        // The others are not definitions: a list of all and a policy against mixed versions.
        files: /^gateway\.networking\.k8s\.io_(?!vap).*\.yaml$/,
      },
    ],
  },
  { name: 'helm', tools: [{ name: 'helm', package: 'helm.sh/helm/v3/cmd/helm' }] },
];

const MODULES = fileURLToPath(new URL('../../tools/', import.meta.url));

/** Where the module's go.mod is. */
export function moduleFolder({ name }: ToolModule): string {
  return join(MODULES, name);
}

/** Where a module's executables are kept between runs; another one as soon as a version or a line of source differs. */
export function builtFolder(module: ToolModule): string {
  const folder = moduleFolder(module);
  const hash = createHash('sha256').update(JSON.stringify([module.tools, module.definitions]));
  for (const file of sources(folder)) hash.update(`\0${relative(folder, file)}\0`).update(readFileSync(file));
  return join(cacheFolder(process.env), `tools-${module.name}-${hash.digest('hex').slice(0, 16)}`);
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.go') || path === 'go.mod' || path === 'go.sum')
    .sort()
    .map((path) => join(folder, path));
}
