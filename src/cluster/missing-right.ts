/** What the API server answers to someone without a permission. */
import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import { grantTo, type Hint } from '../line/hint.ts';

/** `User "X" cannot …`, with what an authorizer adds to it (apiserver responsewriters/errors.go `forbiddenMessage`). */
const FORBIDDEN = /User ("(?:[^"\\]|\\.)*") cannot [^:]*(?:: (.*))?$/s;

/** Whether the server's `message` is about a permission, so that no webhook, policy or quota refused. */
export function isMissingRight(message: string): boolean {
  return FORBIDDEN.test(message);
}

/** `text` as an error, with the server's `message` as far as it holds more, and what an administrator can run. */
export function noPermission(text: string, message: string): UserError {
  const [isKnown, , reason] = FORBIDDEN.exec(message) ?? [];
  const more = isKnown === undefined ? message : reason;
  return new UserError(more ? `${text}: ${more}` : text, grantFor(message));
}

/** What an administrator can run for the user in the server's `message`, who may be unknown. */
export function grantFor(message = ''): Hint {
  const [, quoted = '""'] = FORBIDDEN.exec(message) ?? [];
  const user = unquoted(quoted);
  if (user === 'system:anonymous') return clusterCommand`kubectl auth whoami`;
  const [, account] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(user) ?? [];
  return grantTo(account === undefined ? `user/${user || 'NAME'}` : `sa/${account}`);
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    // Go escapes a few characters in another way.
    return '';
  }
}
