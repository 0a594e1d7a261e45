/** Placeholders that are filled in before a manifest is applied. Their value is unknown, so it cannot be wrong. */
import { encodeBase64 } from '../codec/go/base64.ts';
import { encodeUtf8 } from '../codec/go/utf8.ts';
import { isObject } from '../workloads/api-object.ts';
import { PULL_KINDS } from '../workloads/kind.ts';
import { MAKER_KINDS } from './manifest-secrets.ts';

/**
 * Variables of envsubst and Flux (`${X}`), variables of Kustomize (`$(X)`), values that SOPS has encrypted, references of vals
 * and of the Argo CD Vault plugin, and `<placeholders>` as in documentation.
 */
const PLACEHOLDER = /\$\{|\$\(|^\$[A-Z_]+$|^ENC\[|^ref\+|^<[^>]*>$/;

export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || isTemplate(text);
}

/** Whether SOPS has encrypted the text, so that it stays unreadable without the key. */
export function isEncrypted(text: unknown): boolean {
  return typeof text === 'string' && text.startsWith('ENC[');
}

/** Whether the text has an action of Go's text/template, as in Helm charts. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/** Whether the value as a whole comes from such an action. Without quotes, `{{ x }}` is a map whose key is a map. */
export function isToBeFilledIn(value: unknown): boolean {
  return typeof value === 'string'
    ? isTemplate(value)
    : isObject(value) && Object.keys(value).some((key) => key.startsWith('{'));
}

/**
 * The docker config `text`, where each `auth` that is filled in later has a value that the kubelet can decode. Other placeholders
 * are as good as any text. Undefined where the servers are not known yet.
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
/** A kind as a word. With an anchor, a tag or an alias, it may be any kind. */
const KIND = /\bkind["']?\s*:\s*["']?([^\s,}"']+)/g;
const DOCKER_CONFIG = /"(?:auths|credsStore|credHelpers)"/;

/** Marks of any other kind that makes pods. The definition of such a kind is long and has them, but makes no pods. */
const TEMPLATE = /\btemplate\b/;
const CONTAINERS = /\bcontainers\b/;
const DEFINITION = /^kind: CustomResourceDefinition\b/m;

/** Whether the text has an object of any kind, or a docker config. */
export function namesKind(text: string): boolean {
  return DOCKER_CONFIG.test(text) || text.search(KIND) >= 0;
}

/** Whether the text may have a pod, a template, a service account, a Secret or a docker config. */
export function mayHoldObjects(text: string): boolean {
  if (DOCKER_CONFIG.test(text)) return true;
  const isAny = TEMPLATE.test(text) && CONTAINERS.test(text) && !DEFINITION.test(text);
  for (const [, kind = ''] of text.matchAll(KIND)) if (isAny || isOurs(kind)) return true;
  return false;
}

function isOurs(kind: string): boolean {
  return KINDS.has(kind) || kind.endsWith('List') || /^[&*!]/.test(kind);
}
