import type { CallOptions, ListScope } from '../kube-client.js';
import type { KubeObject } from '../kube-object.js';
import type { ResourceKind } from '../resource-kind.js';
import type { ApiSession } from './api-session.js';
import { readPage } from './read-object.js';
import { collectionPath, withQuery } from './resource-path.js';

const PAGE_SIZE = 500;
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

interface List {
  readonly kind: ResourceKind;
  readonly scope: ListScope & CallOptions;
  readonly onPage: (items: readonly KubeObject[]) => void;
}

/** @returns the resourceVersion of all pages: the server keeps the first one's state for the others */
export async function listPages(session: ApiSession, { kind, scope, onPage }: List): Promise<string> {
  const { namespace = '', labelSelector, fieldSelector, metadataOnly = false, ...rest } = scope;
  const { pageSize = PAGE_SIZE, ...options } = rest;
  let continueToken: string | undefined;
  for (;;) {
    const path = withQuery(collectionPath(kind, namespace), {
      limit: pageSize,
      labelSelector,
      fieldSelector,
      continue: continueToken,
    });
    const accept = metadataOnly ? { accept: METADATA_ONLY } : {};
    const answer = await session.call({ verb: 'list', kind, method: 'GET', path, ...accept }, options);
    const page = readPage(kind, answer);
    onPage(page.items);
    if (page.continueToken === '') return page.resourceVersion;
    continueToken = page.continueToken;
  }
}
