/** The ToolPolicy of the tutorial, with what the tests vary. */
export function refundPolicy({
  mode = 'enforce',
  limit = 500,
  name = 'refund-guardrails',
  audit = '',
}: { mode?: string; limit?: number; name?: string; audit?: string } = {}): string {
  return `
apiVersion: omnia.altairalabs.ai/v1alpha1
kind: ToolPolicy
metadata:
  name: ${name}
  namespace: production
spec:
  selector:
    registry: customer-tools
    tools: [process_refund]
  rules:
    - name: max-refund-amount
      deny:
        cel: 'has(body.amount) && body.amount > ${limit}.0'
        message: Refund amount exceeds the $${limit} limit
  mode: ${mode}
  ${audit}
`;
}
