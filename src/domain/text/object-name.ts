/** Names that objects may have (k8s.io/apimachinery pkg/util/validation), and those names in commands. */

import type { Word } from './command.ts';
import { trim } from './trim.ts';

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

/** A valid name that resembles `name`, undefined when nothing of it can stay. */
export function proposeName(name: string, limit = 253): string | undefined {
  const proposal = name
    .toLowerCase()
    .replace(/[^-a-z0-9.]+/g, '-')
    .split('.')
    .map((label) => trim(label, '-'))
    .filter((label) => label !== '')
    .join('.')
    .slice(0, limit)
    .replace(/[-.]+$/, '');
  return proposal === '' || proposal === name ? undefined : proposal;
}
