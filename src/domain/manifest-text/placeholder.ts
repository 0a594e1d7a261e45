/** What is filled in before a manifest is applied: nothing is known of it, so nothing is wrong with it. */
import { encodeBase64 } from '../go/base64.ts';
import { encodeUtf8 } from '../go/utf8.ts';
import { isObject } from '../workloads/api-object.ts';
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

/** Whether it stays as it is for everybody without the key: SOPS has encrypted it. */
export function isEncrypted(text: unknown): boolean {
  return typeof text === 'string' && text.startsWith('ENC[');
}

/** An action of Go's text/template, as in charts of Helm. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/** Whether all of it is such an action. Without quotes, `{{ x }}` is a map, of which the key is a map. */
export function isToBeFilledIn(value: unknown): boolean {
  return typeof value === 'string'
    ? isTemplate(value)
    : isObject(value) && Object.keys(value).some((key) => key.startsWith('{'));
}

/**
 * The docker config `text` with something that the kubelet can decode in place of logins that are filled in later; elsewhere, a
 * placeholder is as good as any other text. Undefined where the servers are not known yet.
 */
export function decodable(text: string): string | undefined {
  let isFilled = false;
  let isUnknown = false;
  const fill = (name: string, value: unknown): unknown => {
    if (isPlaceholder(name)) isUnknown = true;
    if (name.toLowerCase() !== 'auth' || typeof value !== 'string' || !isPlaceholder(value)) return value;
    isFilled = true;
    return encodeBase64(encodeUtf8(`${value}:${value}`));
  };
  let config: unknown;
  try {
    config = JSON.parse(text, fill);
  } catch {
    return isPlaceholder(text) ? undefined : text;
  }
  if (isUnknown) return undefined;
  return isFilled ? JSON.stringify(config) : text;
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
