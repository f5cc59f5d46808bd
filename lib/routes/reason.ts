/**
 * Takes the reason of a failure out of the details of a component: `error`, or otherwise `reason`, which the lifecycle
 * has. The reason is `undefined` if there is neither.
 */
export function takeReason (
  details: Readonly<Record<string, unknown>>
): { readonly reason: unknown, readonly others: Readonly<Record<string, unknown>> } {
  const key = 'error' in details ? 'error' : 'reason'
  const { [key]: reason, ...others } = details
  return { reason, others }
}
