/** The names that objects may have (k8s.io/apimachinery pkg/util/validation), and how commands contain them. */

import type { Word } from './command.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_RE = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const LABEL_RE = new RegExp(`^${LABEL}$`);

/** Whether `name` may be the name of a Secret (`IsDNS1123Subdomain`). */
export function isObjectName(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN_RE.test(name);
}

/** Whether `name` may be the name of a namespace (`IsDNS1123Label`). */
export function isNamespaceName(name: string): boolean {
  return name.length <= 63 && LABEL_RE.test(name);
}

/** Whether `name` may be the name of a role or its binding (apimachinery pkg/api/validation/path `IsValidPathSegmentName`). */
export function isRoleName(name: string): boolean {
  return !/^\.{1,2}$|[/%]/.test(name);
}

/** Whether `text` is like a name, a pattern, a duration or an image: without capitals, and without most signs of passwords. */
export function isPlain(text: string): boolean {
  return /^[a-z0-9*?[\],./:@_-]+$/.test(text);
}

/** Whether `text` may be a user name. It has no colon: a text with one is a user name with a password. */
export function isUserName(text: string): boolean {
  return /^[\w@%+=,./-]+$/.test(text);
}

/** Whether `text` has wildcards. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether `text` may be the name of a namespace, or a pattern for such names. */
export function isNamespaceChoice(text: string): boolean {
  return isPattern(text) ? /^[-a-z0-9*?[\]^]*$/.test(text) : isNamespaceName(text);
}

/**
 * The title of an object: `deployment/web` or `deployment team-a/web`, as `between` says. An object in a manifest may have no
 * name.
 */
export function objectTitle(kind: string, between: string, name: string): string {
  return `${kind.toLowerCase()}${name === '' ? ' without a name' : `${between}${name}`}`;
}

/** `name` as a word of a command. A name that no object can have makes the command impossible. */
export function nameWord(name: string): Word {
  return isObjectName(name) ? name : { refused: name };
}

/** The name of a node as a word of a command. The node may be unknown. */
export function nodeWord(node: string): Word {
  return node === '' ? 'NODE' : nameWord(node);
}

/** The flag for `namespace` in a command. No flag where the namespace is unknown. */
export function scope(namespace: string | undefined): Word {
  const isUsable = namespace === undefined || namespace === '' || isNamespaceName(namespace);
  return isUsable ? { namespace: namespace ?? '' } : { refused: namespace };
}

/** The rule for names of `kind`. What was typed instead is not repeated: it may be a password at the wrong place. */
export function nameRule(kind: string): string {
  const characters = kind === 'namespace' ? 'a-z, 0-9 and -' : 'a-z, 0-9, - and .';
  return `the name of a ${kind} has only ${characters}, with a letter or digit at both ends`;
}
