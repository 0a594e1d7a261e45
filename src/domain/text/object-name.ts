/** Names that objects may have (k8s.io/apimachinery pkg/util/validation), and those names in commands. */

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

/** Whether `name` may be that of a role or its binding (apimachinery pkg/api/validation/path `IsValidPathSegmentName`). */
export function isRoleName(name: string): boolean {
  return !/^\.{1,2}$|[/%]/.test(name);
}

/** Whether `text` chooses names by its wildcards. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** Whether `text` may be the name of a namespace, or a pattern of some. */
export function isNamespaceChoice(text: string): boolean {
  return isPattern(text) ? /^[-a-z0-9*?[\]^]*$/.test(text) : isNamespaceName(text);
}

/** How an object is called: `deployment/web` or `deployment team-a/web`, by what stands `between`. In a manifest it may have no name. */
export function objectTitle(kind: string, between: string, name: string): string {
  return `${kind.toLowerCase()}${name === '' ? ' without a name' : `${between}${name}`}`;
}

/** `name` in a command; none can be made with what no object can be called. */
export function nameWord(name: string): Word {
  return isObjectName(name) ? name : { refused: name };
}

/** The name of a node in a command, which may not be known. */
export function nodeWord(node: string): Word {
  return node === '' ? 'NODE' : nameWord(node);
}

/** The flag for `namespace` in a command; nothing where it is not known. */
export function scope(namespace: string | undefined): Word {
  const isUsable = namespace === undefined || namespace === '' || isNamespaceName(namespace);
  return isUsable ? { namespace: namespace ?? '' } : { refused: namespace };
}

/** What names of `kind` are made of. What was typed instead is not repeated: it may be a password at the wrong place. */
export function nameRule(kind: string): string {
  const characters = kind === 'namespace' ? 'a-z, 0-9 and -' : 'a-z, 0-9, - and .';
  return `the name of a ${kind} has only ${characters}, with a letter or digit at both ends`;
}
