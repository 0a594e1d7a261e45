/** What a registry says about a credential. */
import { many } from '../text/enumerate.ts';
import type { NearTags } from './near-tags.ts';

/** Why nothing could be learned. `target`: the registry sends us where no password may go. */
export type Cause = 'dns' | 'tcp' | 'tls' | 'timeout' | 'proxy' | 'protocol' | 'target';

export type Verdict =
  /** `public`: the image can be pulled without a credential, too. */
  | { readonly kind: 'accepted'; readonly public?: true | undefined }
  /**
   * `status` is the HTTP status of the refusal. `public`: the registry gives the image without asking for a login, so a wrong
   * login does no harm.
   */
  | { readonly kind: 'rejected'; readonly status: number; readonly public?: true | undefined }
  /** The login is good, but the repository is closed to it or does not exist: registries do not say which. */
  | { readonly kind: 'no access'; readonly repository: string; readonly status: number }
  /** `tags`: the existing tags, if only the tag is missing and the registry lists them. */
  | {
      readonly kind: 'not found';
      readonly repository: string;
      readonly missing?: 'repository' | 'tag' | undefined;
      readonly tags?: NearTags | undefined;
    }
  /**
   * Nothing is known of the credential: the registry asks for none, there is none to send, or the answer is the same without it.
   * `result`: whether the image can be pulled that way, left out without an image. `status`: that of a refusal to look at any
   * login, so no other login helps.
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

/** True where it is us who do not ask, because of what the question or the registry names; else undefined. */
export function isUnasked(verdict: Verdict): true | undefined {
  return verdict.kind === 'unreachable' && verdict.cause === 'target' ? true : undefined;
}

type PullOutcome = 'pulls' | 'fails' | 'unknown';

/** Whether a kubelet pulls the image when it tries this credential. */
export function pullResult(verdict: Verdict): PullOutcome {
  if (verdict.kind === 'accepted') return 'pulls';
  if (verdict.kind === 'anonymous') return verdict.result ?? 'unknown';
  if (verdict.kind === 'rejected' && verdict.public) return 'pulls';
  return ['rejected', 'no access', 'not found'].includes(verdict.kind) ? 'fails' : 'unknown';
}

/** Whether the login is good. One that is refused, or empty, is wrong even if everybody may pull. */
export function loginResult(verdict: Verdict): PullOutcome {
  const isRefused = verdict.kind === 'rejected' || (verdict.kind === 'anonymous' && verdict.why === 'empty');
  return isRefused ? 'fails' : pullResult(verdict);
}

/** Whether the image can be pulled: one entry that opens it is enough. */
export function imageResult(tried: readonly { readonly verdict: Verdict }[]): PullOutcome {
  const results = tried.map(({ verdict }) => pullResult(verdict));
  if (results.includes('pulls')) return 'pulls';
  return results.includes('unknown') ? 'unknown' : 'fails';
}

/** Says that a registry refuses before it asks for a login. Follows the name of the registry. */
export function describeRefusal(answer: string): string {
  return `refuses this machine (${answer}) and does not ask for a login`;
}

/** Says which of several logins for `server` work, by the Secrets that hold them. `secrets` is undefined if that is not known. */
export function describeAccepted(server: string, secrets: readonly string[] | undefined): string {
  if (secrets === undefined) return 'it is not known which of them works';
  if (secrets.length === 0) return `${server} rejects all of them`;
  return `${server} accepts ${secrets.length === 1 ? 'the one' : 'those'} in ${many(secrets)}`;
}
