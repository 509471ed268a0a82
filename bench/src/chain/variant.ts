/** Who answers Envoy's question, if it asks one. */
export type Service =
  { readonly kind: 'immediate-ok' } | { readonly kind: 'ours'; readonly policies: number };

export type VariantName =
  | 'envoy'
  | 'jwt'
  | 'claims'
  | 'ok'
  | 'ours-1'
  | 'ours-10'
  | 'ours-1000'
  | 'ok-1k'
  | 'ours-10-1k'
  | 'ok-64k'
  | 'ours-10-64k';

/** One chain of filters that is measured. Filters add up in this order: jwt, claims, then ext_authz with inject. */
export interface Variant {
  readonly name: VariantName;
  readonly title: string;
  readonly jwt: boolean;
  readonly claims: boolean;
  readonly service?: Service;
  readonly bodyBytes: number;
}

const SMALL = 100;
const KIB = 1024;
const plain = { jwt: true, claims: true, bodyBytes: SMALL };
const immediateOk: Service = { kind: 'immediate-ok' };
const ours = (policies: number): Service => ({ kind: 'ours', policies });

export const variants: readonly Variant[] = [
  { ...plain, name: 'envoy', title: 'Envoy alone', jwt: false, claims: false },
  { ...plain, name: 'jwt', title: '+ jwt_authn', claims: false },
  { ...plain, name: 'claims', title: '+ claims filter' },
  { ...plain, name: 'ok', title: '+ ext_authz, OK at once', service: immediateOk },
  { ...plain, name: 'ours-1', title: '+ ext_authz, ours, 1 policy', service: ours(1) },
  { ...plain, name: 'ours-10', title: '+ ext_authz, ours, 10 policies', service: ours(10) },
  { ...plain, name: 'ours-1000', title: '+ ext_authz, ours, 1,000 policies', service: ours(1000) },
  { ...plain, name: 'ok-1k', title: 'OK at once, 1 KiB body', service: immediateOk, bodyBytes: KIB },
  { ...plain, name: 'ours-10-1k', title: 'ours, 10 policies, 1 KiB body', service: ours(10), bodyBytes: KIB },
  { ...plain, name: 'ok-64k', title: 'OK at once, 64 KiB body', service: immediateOk, bodyBytes: 64 * KIB },
  {
    ...plain,
    name: 'ours-10-64k',
    title: 'ours, 10 policies, 64 KiB body',
    service: ours(10),
    bodyBytes: 64 * KIB,
  },
];
