/** Names of Kubernetes objects (k8s.io/apimachinery pkg/util/validation). */
import { trim } from '../go/utf8.ts';

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
