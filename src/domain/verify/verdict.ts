/** What a registry says of a credential. */

/** Why nothing could be learned. `target`: it sends us where no password may go. */
export type Cause = 'dns' | 'tcp' | 'tls' | 'timeout' | 'proxy' | 'protocol' | 'target';

export type Verdict =
  /** `public`: the image can be pulled without a credential, too. */
  | { readonly kind: 'accepted'; readonly public?: true | undefined }
  /** `status` is the HTTP status of the refusal. */
  | { readonly kind: 'rejected'; readonly status: number }
  /** The login is good, the repository is closed to it or does not exist: registries do not say which. */
  | { readonly kind: 'no access'; readonly repository: string; readonly status: number }
  | { readonly kind: 'not found'; readonly repository: string; readonly missing?: 'repository' | 'tag' | undefined }
  /**
   * Nothing is known of the credential: the registry asks for none, there is none to send, or the answer is the same
   * without it. `result`: what becomes of a pull of the image that way; left out where there is no image.
   */
  | {
      readonly kind: 'anonymous';
      readonly why: 'asks for none' | 'empty' | 'same answer';
      readonly result?: 'pulls' | 'fails' | undefined;
    }
  | { readonly kind: 'rate limited'; readonly retryAfterSeconds?: number | undefined }
  /** No answer that could be understood. `reason` is a phrase for people. */
  | { readonly kind: 'unreachable'; readonly cause: Cause; readonly reason: string }
  /** There is nobody to ask. */
  | { readonly kind: 'not asked'; readonly reason: string };

/** `verdict` in words that follow the name of the registry. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'accepted':
      return verdict.public ? 'accepts the credential, and gives the image to everybody' : 'accepts the credential';
    case 'rejected':
      return `rejects the credential (HTTP ${verdict.status})`;
    case 'no access':
      return `knows the login, but does not let it pull ${verdict.repository}, or has no such repository (HTTP ${verdict.status})`;
    case 'not found':
      return notFound(verdict);
    case 'anonymous':
      return anonymous(verdict);
    case 'rate limited':
      return verdict.retryAfterSeconds === undefined
        ? 'limits the rate of requests; try again later'
        : `limits the rate of requests; try again in ${duration(verdict.retryAfterSeconds)}`;
    case 'unreachable':
      return `cannot be asked: ${verdict.reason}`;
    case 'not asked':
      return `was not asked: ${verdict.reason}`;
  }
}

/** What becomes of an image when a kubelet comes to this credential. */
export function pullResult(verdict: Verdict): 'pulls' | 'fails' | 'unknown' {
  if (verdict.kind === 'accepted') return 'pulls';
  if (verdict.kind === 'anonymous') return verdict.result ?? 'unknown';
  return ['rejected', 'no access', 'not found'].includes(verdict.kind) ? 'fails' : 'unknown';
}

function notFound({ repository, missing }: Extract<Verdict, { kind: 'not found' }>): string {
  if (missing === 'repository') return `has no repository ${repository}`;
  return missing === 'tag'
    ? `has the repository ${repository}, but not this tag or digest`
    : `has no such image in ${repository}`;
}

const WITHOUT = { pulls: '; the image can be pulled without one', fails: '; without one it refuses' } as const;

function anonymous({ why, result }: Extract<Verdict, { kind: 'anonymous' }>): string {
  const without = result === undefined ? '' : WITHOUT[result];
  switch (why) {
    case 'asks for none':
      return `asks for no credential, so it could not be checked${without}`;
    case 'empty':
      return `gets no credential, for there is none in the entry${without}`;
    case 'same answer':
      return `answers the same without the credential, so it could not be checked${without}`;
  }
}

function duration(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
