/** Targets as they are typed: `deploy/web`, `sa/default`, `deployments.apps/web`, `cj/nightly`, or a kind alone. */

import { UsageError } from '../errors.ts';
import { command, pathWord, words } from '../line/command.ts';
import { againAs, type Hint, prose } from '../line/hint.ts';
import { isNamespaceName, isObjectName, nameRule, scope } from '../line/object-name.ts';
import { bySpelling } from '../text/closest.ts';
import { namesOf, PULL_KINDS, type PullKindName, pullKindByName } from './kind.ts';

export interface Target {
  readonly kind: PullKindName;
  /** Left out for all objects of the kind that a selector picks. */
  readonly name?: string;
}

/**
 * Reads `KIND/NAME` or `KIND` as kubectl does (cli-runtime pkg/resource `splitResourceTypeName`). Throws UsageError, whose hint has
 * the nearest target in place of `text`.
 */
export function parseTarget(text: string): Target {
  const [kindName = '', name, ...more] = text.split('/');
  const found = pullKindByName(kindName);
  if (found === undefined) {
    const near = nearKind(kindName);
    const isName = near !== undefined && name !== undefined && isObjectName(name);
    // Each namespace has a service account `default`.
    const meant = text === 'default' ? 'sa/default' : `${near ?? 'deployment'}/${isName ? name : 'NAME'}`;
    throw new UsageError(TARGET, againAs(text, meant));
  }
  if (more.length > 0) throw new UsageError(TARGET, againAs(text, `${found.kind.toLowerCase()}/NAME`));
  return name === undefined ? { kind: found.kind } : { kind: found.kind, name: checkedName(name, found.kind) };
}

/** The error for a file that is not named with `-f`. */
export const MANIFEST = 'use -f for a manifest';

/** The flags that say what in the cluster is changed, and how. */
export const CLUSTER_ONLY = [
  ...['--to', '--from', '--pod', '--serviceaccount', '--all-serviceaccounts', '--used', '-l', '-A'],
  ...['--restart', '--wait', '--timeout', '--recreate'],
];

/** The flags that say which manifests are changed, and how. */
export const FILE_ONLY = ['-f', '--write', '-R', '--auto', '--secret-file'];

/** Throws UsageError for the first of `targets` that looks like a file. `flag` is the flag that names them. */
export function checkNoFile(flag: string, targets: readonly string[]): void {
  const file = targets.find(isFileName);
  if (file === undefined) return;
  const add = words`-f ${pathWord(file)} --write`;
  throw new UsageError(MANIFEST, { add, drop: [flag] });
}

function nearKind(typed: string): string | undefined {
  const bare = typed.toLowerCase().replace(/\..*$/s, '');
  const known = PULL_KINDS.find((entry) => namesOf(entry).includes(bare))?.kind.toLowerCase();
  return known ?? bySpelling(bare, PULL_KINDS.flatMap(namesOf));
}

/** The error does not repeat what was typed, as with {@link nameRule}. */
const TARGET = 'a target is KIND/NAME, with a kind that has pull secrets';

/** `name`, if an object can have it. Otherwise throws UsageError. */
export function checkedName(name: string, kind: PullKindName | 'Secret'): string {
  if (isObjectName(name)) return name;
  const list = command`kubectl get ${kind.toLowerCase()}s`;
  throw new UsageError(nameRule(kind.toLowerCase()), list);
}

export interface DoctorTarget {
  readonly kind: PullKindName | 'Secret';
  readonly name: string;
  /** Only a name was typed: that of a pod, or else of the only workload that has it. */
  readonly isBare?: true;
}

interface DoctorWords {
  readonly targets: readonly string[];
  readonly image?: readonly string[] | undefined;
  readonly filename?: readonly string[] | undefined;
}

/** Whether `word` looks like a file or a folder, in a place where neither is expected. */
export function isFileName(word: string): boolean {
  return word === '-' || /^\.{0,2}\/|\.(ya?ml|json)$|[^/]\/$/i.test(word);
}

/**
 * `line` with the files among its targets moved to `-f`: a shell expands `-f deploy/*.yaml` to several words. With `-f` every
 * word is a file, except a `KIND/NAME` for which `isPath` knows no file.
 */
export function filesApart<T extends DoctorWords>(line: T, isPath: (path: string) => boolean = () => true): T {
  const isTarget = (word: string): boolean => /^[^/]+\/[^/]+$/.test(word) && beginsWithKind(word);
  const isFile = (word: string): boolean =>
    (line.filename !== undefined && (!isTarget(word) || isPath(word))) || isFileName(word);
  const files = line.targets.filter(isFile);
  if (files.length === 0) return line;
  const targets = line.targets.filter((word) => !isFile(word));
  return { ...line, targets, filename: [...(line.filename ?? []), ...files] };
}

/**
 * `line` with the images among its targets moved to `--image`: `why ghcr.io/org/app:v1` is what people type first. An image has a
 * tag, a digest, or more than one slash, and no target has these. Throws UsageError for a registry.
 */
export function imagesApart<T extends DoctorWords>(line: T): T {
  const registry = line.targets.find((word) => REGISTRY.test(word));
  if (registry !== undefined) {
    throw new UsageError(
      `${registry} is a registry; as an image, it would be docker.io/library/${registry}`,
      prose`${againAs(registry, `${registry}/NAME:TAG`)} for an image there, or ${words`regsecret verify --server ${registry}`} for your login`,
    );
  }
  const images = line.targets.filter(isImage);
  if (images.length === 0) return line;
  const targets = line.targets.filter((word) => !isImage(word));
  return { ...line, targets, image: [...(line.image ?? []), ...images] };
}

/** To the kubelet, a host with its port alone is an image of Docker Hub, and nobody means that. */
const REGISTRY = /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+):\d+$/;

function isImage(word: string): boolean {
  return /[:@]/.test(word) || (word.split('/').length > 2 && !word.includes(','));
}

/**
 * Reads words as kubectl does (cli-runtime pkg/resource `ResourceTypeOrNameArgs`). A name alone is that of a pod. Throws
 * UsageError, which proposes `-f` for what `isFolder`, and `everything` if all objects of a kind may be meant.
 */
export function parseDoctorTargets(
  typed: readonly string[],
  isFolder: (name: string) => boolean = () => false,
  everything: Hint = command`regsecret doctor`,
): DoctorTarget[] {
  const [first = '', ...rest] = typed;
  const kind = kindOf(first);
  const places = typed.filter((word) => word.includes('/'));
  if (kind !== undefined && places.length === 0) {
    if (rest.length === 0) {
      const proposal = isFolder(first) ? { add: words`-f ${first}`, drop: [first] } : everything;
      throw new UsageError(`"${first}" is a kind without a name`, proposal);
    }
    return rest.map((name) => target(kind, name));
  }
  // With another name after it, the first word is a kind, and not the name of a pod.
  const kinds = places.length === 0 && rest.length > 0 ? [first] : places;
  if (kinds.some((word) => OTHER_KINDS.test(word.replace(/\/.*/s, '')))) throw new UsageError(NO_PODS, everything);
  return typed.map(parseWord);
}

/** Kinds that have no pull secrets, as they are often typed. */
const OTHER_KINDS = /^(no|nodes?|svc|services?|ing|ingress(es)?|cm|configmaps?|pvc|pv|hpa|role(binding)?s?|events?)$/i;
const NO_PODS =
  'that kind creates no pods; give a pod, or what creates it: a deployment, statefulset, daemonset, cronjob or job';

function parseWord(word: string): DoctorTarget {
  const [kind = '', name, ...more] = word.split('/');
  if (name === undefined) return { ...target('Pod', word), isBare: true };
  if (kindOf(kind) === 'Secret' && more.length === 0) return target('Secret', name);
  if (/^(ns|namespaces?)$/.test(kind) && isNamespaceName(name))
    throw new UsageError('use -n for a namespace', { add: words`${scope(name)}`, drop: [word] });
  const found = parseTarget(word);
  return target(found.kind, found.name ?? '');
}

/** Whether `word` is a kind, or begins with one; else it may be an image of Docker Hub. */
export function beginsWithKind(word: string): boolean {
  return kindOf(word.replace(/\/.*/s, '')) !== undefined;
}

function kindOf(word: string): DoctorTarget['kind'] | undefined {
  if (/^secrets?(\.v1\.?)?$/i.test(word)) return 'Secret';
  return pullKindByName(word)?.kind;
}

function target(kind: DoctorTarget['kind'], name: string): DoctorTarget {
  return { kind, name: checkedName(name, kind) };
}
