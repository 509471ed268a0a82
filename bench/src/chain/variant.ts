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
  | 'ours-1-1k'
  | 'ours-10-1k'
  | 'ours-1000-1k'
  | 'ok-64k'
  | 'ours-1-64k'
  | 'ours-10-64k'
  | 'ours-1000-64k';

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
/** From here on a body is large: the report shows it apart. */
export const LARGE_BODY_BYTES = KIB;

const plain = { jwt: true, claims: true, bodyBytes: SMALL };
const kib1 = { ...plain, bodyBytes: KIB };
const kib64 = { ...plain, bodyBytes: 64 * KIB };
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
  { ...kib1, name: 'ok-1k', title: 'OK at once, 1 KiB body', service: immediateOk },
  { ...kib1, name: 'ours-1-1k', title: 'ours, 1 policy, 1 KiB body', service: ours(1) },
  { ...kib1, name: 'ours-10-1k', title: 'ours, 10 policies, 1 KiB body', service: ours(10) },
  { ...kib1, name: 'ours-1000-1k', title: 'ours, 1,000 policies, 1 KiB body', service: ours(1000) },
  { ...kib64, name: 'ok-64k', title: 'OK at once, 64 KiB body', service: immediateOk },
  { ...kib64, name: 'ours-1-64k', title: 'ours, 1 policy, 64 KiB body', service: ours(1) },
  { ...kib64, name: 'ours-10-64k', title: 'ours, 10 policies, 64 KiB body', service: ours(10) },
  { ...kib64, name: 'ours-1000-64k', title: 'ours, 1,000 policies, 64 KiB body', service: ours(1000) },
];
