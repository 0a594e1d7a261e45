/** What a command may do with API objects, and what is said to someone who may not. */
import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import { grantTo, type Hint } from '../line/hint.ts';

export interface Right {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly group: string;
  readonly plural: string;
  /** Undefined: objects of any name. */
  readonly names?: readonly string[] | undefined;
  /** Whether the right is needed in every namespace, or for objects outside any namespace. */
  readonly everywhere: boolean;
}

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
