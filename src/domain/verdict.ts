/** What a registry says of a credential. */

export type Verdict =
  | { readonly kind: 'accepted' }
  /** `status` is the HTTP status of the refusal. */
  | { readonly kind: 'rejected'; readonly status: number }
  /** The registry asks nobody for a credential, so it has not judged this one. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'rate limited'; readonly retryAfterSeconds?: number }
  /** No answer that could be understood. `reason` is a phrase for people. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** `verdict` in words that follow the name of the registry. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accepted':
      return 'accepts the credential';
    case 'rejected':
      return `rejects the credential (HTTP ${verdict.status})`;
    case 'anonymous':
      return 'asks for no credential, so it could not be checked';
    case 'rate limited':
      return verdict.retryAfterSeconds === undefined
        ? 'limits the rate of requests; try again later'
        : `limits the rate of requests; try again in ${verdict.retryAfterSeconds} s`;
    case 'unreachable':
      return `cannot be asked: ${verdict.reason}`;
  }
}
