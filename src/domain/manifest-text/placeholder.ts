/** What is filled in before a manifest is applied: nothing is known of it, so nothing is wrong with it. */
import { PULL_KINDS } from '../workloads/kind.ts';
import { MAKER_KINDS } from './manifest-secrets.ts';

/**
 * Variables of envsubst and Flux (`${X}`), of Kustomize (`$(X)`), values that SOPS has encrypted, references of vals and of
 * the Argo CD Vault plugin, and `<what stands in documentation>`.
 */
const PLACEHOLDER = /\$\{|\$\(|^\$[A-Z_]+$|^ENC\[|^ref\+|^<[^>]*>$/;

export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || isTemplate(text);
}

/** An action of Go's text/template, as in charts of Helm. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

const KINDS = new Set(['Secret', ...PULL_KINDS.map(({ kind }) => kind), ...MAKER_KINDS]);
/** A kind as a word; with an anchor, a tag or an alias it may be any. */
const KIND = /\bkind["']?\s*:\s*["']?([^\s,}"']+)/g;
const DOCKER_CONFIG = /"(?:auths|credsStore|credHelpers)"/;

/** Of what else makes pods. Definitions of such kinds are long, and are none. */
const TEMPLATE = /\btemplate\b/;
const CONTAINERS = /\bcontainers\b/;
const DEFINITION = /^kind: CustomResourceDefinition\b/m;

/** Whether there is an object of any kind in it, or a docker config. */
export function namesKind(text: string): boolean {
  return DOCKER_CONFIG.test(text) || text.search(KIND) >= 0;
}

/** Whether there may be a pod, a template, a service account, a Secret or a docker config in it. */
export function mayHoldObjects(text: string): boolean {
  if (DOCKER_CONFIG.test(text)) return true;
  const isAny = TEMPLATE.test(text) && CONTAINERS.test(text) && !DEFINITION.test(text);
  for (const [, kind = ''] of text.matchAll(KIND)) if (isAny || isOurs(kind)) return true;
  return false;
}

function isOurs(kind: string): boolean {
  return KINDS.has(kind) || kind.endsWith('List') || /^[&*!]/.test(kind);
}
