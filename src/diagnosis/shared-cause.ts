/** Findings about several Secrets that one change heals: one login, copies of one source, one source that `sync` copies. */

import { type Finding, identityOf, recordOf, subjectOf } from '../findings/finding.ts';
import { shownServer } from '../secret/display-server.ts';
import { secretKey } from '../workloads/references.ts';
import { type PullFacts, secretIn } from './facts.ts';

type Secrets = Pick<PullFacts, 'secrets'>;

/** A key that is equal for findings that the same change heals. Undefined for a finding that shares its cause with no other. */
export function sharedCause(found: Finding, facts: Secrets): string | undefined {
  const key = found.code === 'fails-at-restart' ? sharedCause(found.arguments.cause, facts) : healedBy(found, facts);
  return key === undefined ? undefined : JSON.stringify([found.code, key]);
}

function healedBy(found: Finding, facts: Secrets): unknown {
  const { code, object } = found;
  // What is in manifests is changed where it stands.
  if (object.kind !== 'Secret' || object.file !== undefined) return undefined;
  if (code === 'missing-secret') {
    const { near, usable, elsewhere } = found.arguments;
    const isCopied = near === undefined && usable === undefined && elsewhere?.source !== undefined;
    return isCopied ? [elsewhere.source, object.name] : undefined;
  }
  if (code === 'login-in-annotation') return code;
  const login = rejectedLogin(found, facts);
  if (login !== undefined) return login;
  const isOfContent = recordOf(code).keepsAway !== undefined || 'server' in found.arguments;
  return isOfContent && subjectOf(found) === undefined ? [originOf(found, facts), identityOf(found)] : undefined;
}

/**
 * The Secret whose content the finding is about, as `namespace/name`: the source of a copy that equals it, or is not known to
 * differ. The mark of a copy only groups: which command is proposed for whom does not depend on it.
 */
export function originOf({ object }: Pick<Finding, 'object'>, facts: Secrets): string {
  const { copyOf } = secretIn(facts, object) ?? {};
  const { namespace = '', name } = copyOf?.state === 'same' || copyOf?.state === 'not readable' ? copyOf : object;
  return secretKey(namespace, name);
}

/** The rejected login with its server and its password. */
function rejectedLogin({ code, object, arguments: args }: Finding, facts: Secrets): unknown {
  if (code !== 'credential-rejected') return undefined;
  const { entries = [] } = secretIn(facts, object)?.contents ?? {};
  const entry = entries.find(({ server }) => shownServer(server) === args.server);
  return entry?.login && [args.server, entry.login.username, entry.login.password];
}
