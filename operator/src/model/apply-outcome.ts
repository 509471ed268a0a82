/** What happened when the objects of a plan were applied; goes into the status. */
export type ApplyOutcome =
  | { readonly kind: 'applied' }
  | { readonly kind: 'pending' }
  /** An object of this name is there that is not ours. */
  | { readonly kind: 'name-clash'; readonly object: string }
  | { readonly kind: 'istio-missing'; readonly resource: string }
  /** The API server, or Istio's own webhook, refused it. */
  | { readonly kind: 'refused'; readonly object: string; readonly message: string };

/** What became of the objects that make proxies enforce policies: those without a status of their own. */
export interface Attachments {
  /**
   * Of applying them last; `pending` before.
   *
   * @param owner as in the owner annotation, for example `ToolWorkload/production/customer-tools`
   */
  outcomeOf(owner: string): ApplyOutcome;
}
