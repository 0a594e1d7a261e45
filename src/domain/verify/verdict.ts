/** What a registry says of a credential. */
import { many } from '../text/enumerate.ts';
import type { NearTags } from './near-tags.ts';

/** Why nothing could be learned. `target`: it sends us where no password may go. */
export type Cause = 'dns' | 'tcp' | 'tls' | 'timeout' | 'proxy' | 'protocol' | 'target';

export type Verdict =
  /** `public`: the image can be pulled without a credential, too. */
  | { readonly kind: 'accepted'; readonly public?: true | undefined }
  /**
   * `status` is the HTTP status of the refusal. `public`: the registry does not ask for a login before it gives the image, so
   * that a wrong one does no harm.
   */
  | { readonly kind: 'rejected'; readonly status: number; readonly public?: true | undefined }
  /** The login is good, the repository is closed to it or does not exist: registries do not say which. */
  | { readonly kind: 'no access'; readonly repository: string; readonly status: number }
  /** `tags`: those that there are, where it is the tag that is missing and the registry lists them. */
  | {
      readonly kind: 'not found';
      readonly repository: string;
      readonly missing?: 'repository' | 'tag' | undefined;
      readonly tags?: NearTags | undefined;
    }
  /**
   * Nothing is known of the credential: the registry asks for none, there is none to send, or the answer is the same
   * without it. `result`: what becomes of a pull of the image that way; left out where there is no image. `status`: of a refusal
   * to look at any login, so that no other login helps.
   */
  | {
      readonly kind: 'anonymous';
      readonly why: 'asks for none' | 'empty' | 'same answer';
      readonly result?: 'pulls' | 'fails' | undefined;
      readonly status?: number | undefined;
    }
  | { readonly kind: 'rate limited'; readonly retryAfterSeconds?: number | undefined }
  /** No answer that could be understood. `reason` is a phrase for people. */
  | { readonly kind: 'unreachable'; readonly cause: Cause; readonly reason: string }
  /** There is nobody to ask. */
  | { readonly kind: 'not asked'; readonly reason: string };

type PullResult = 'pulls' | 'fails' | 'unknown';

/** What becomes of an image when a kubelet comes to this credential. */
export function pullResult(verdict: Verdict): PullResult {
  if (verdict.kind === 'accepted') return 'pulls';
  if (verdict.kind === 'anonymous') return verdict.result ?? 'unknown';
  if (verdict.kind === 'rejected' && verdict.public) return 'pulls';
  return ['rejected', 'no access', 'not found'].includes(verdict.kind) ? 'fails' : 'unknown';
}

/** A login that is refused is wrong also where everybody may pull, and so is one that is none. */
export function loginResult(verdict: Verdict): PullResult {
  const isRefused = verdict.kind === 'rejected' || (verdict.kind === 'anonymous' && verdict.why === 'empty');
  return isRefused ? 'fails' : pullResult(verdict);
}

/** One entry with which the image is pulled is enough. */
export function imageResult(tried: readonly { readonly verdict: Verdict }[]): PullResult {
  const results = tried.map(({ verdict }) => pullResult(verdict));
  if (results.includes('pulls')) return 'pulls';
  return results.includes('unknown') ? 'unknown' : 'fails';
}

/** What a registry does that says no before it asks for a login, in words that follow its name. */
export function describeRefusal(answer: string): string {
  return `refuses this machine (${answer}) and does not ask for a login`;
}

/** Which of several logins for `server` work, by the Secrets that they are in; undefined where that is not known. */
export function describeAccepted(server: string, secrets: readonly string[] | undefined): string {
  if (secrets === undefined) return 'it is not known which of them works';
  if (secrets.length === 0) return `${server} rejects all of them`;
  return `${server} accepts ${secrets.length === 1 ? 'the one' : 'those'} in ${many(secrets)}`;
}
