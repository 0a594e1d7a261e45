/** Turns the flags of `attach` and `detach` into a request. */

import { manifestFolders } from '../changes/saved-pod.ts';
import type { ChangeOptions } from '../changes/step.ts';
import { parseDuration } from '../codec/go/duration.ts';
import { UsageError } from '../errors.ts';
import type { KubeFlags } from '../kubeconfig/kube-flags.ts';
import { command, pathWord, words } from '../line/command.ts';
import { againWithout, prose } from '../line/hint.ts';
import { isObjectName, nameRule } from '../line/object-name.ts';
import type { Io } from '../system/io.ts';
import { CHANGEABLE_KINDS, type PullKindName } from '../workloads/kind.ts';
import type { Verb } from '../workloads/list-change.ts';
import { CLUSTER_ONLY, checkedName, checkNoFile, FILE_ONLY, isFileName, parseTarget } from '../workloads/target.ts';
import {
  type AttachRequest,
  attachRequest,
  type NamedTarget,
  type TargetSelection,
  type WrittenSecret,
} from './request.ts';

export interface AttachOptions extends KubeFlags, ChangeOptions {
  readonly secret: string;
  readonly pod?: readonly string[];
  readonly serviceaccount?: readonly string[];
  readonly to?: readonly string[];
  readonly allServiceaccounts?: boolean;
  readonly used?: boolean;
  readonly selector?: string;
  readonly allNamespaces?: boolean;
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
  readonly write?: boolean;
  readonly auto?: boolean;
  readonly secretFile?: string;
  readonly recreate?: boolean;
  readonly yes?: boolean;
  readonly restart?: boolean;
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly checks?: boolean;
  readonly allowMissing?: boolean;
  readonly output?: 'name' | 'json';
}

/** Throws UsageError. */
export function requestOf(verb: Verb, options: AttachOptions, io: Io): AttachRequest {
  const { secret } = options;
  if (!isObjectName(secret)) {
    const flag = verb === 'attach' ? 'to' : 'from';
    throw new UsageError(nameRule('secret'), command`regsecret ${verb} NAME --${flag} KIND/NAME`);
  }
  checkNoFile(verb === 'attach' ? '--to' : '--from', options.to ?? []);
  checkFileFlags(options);
  const chosen = targetsOf(verb, options);
  if (!hasTargets(chosen)) checkNothingRuns(verb, options);
  const request = attachRequest(verb, secret, {
    ...chosen,
    allNamespaces: options.allNamespaces ?? false,
    recreate: options.recreate ?? false,
    yes: options.yes ?? false,
    checks: options.checks ?? true,
    allowMissing: options.allowMissing ?? false,
    restart: options.restart ?? false,
    wait: options.wait ?? false,
    folders: manifestFolders(io.env),
    timeoutMs: parseTimeout(options.timeout),
    dryRun: options.dryRun,
    fieldManager: options.fieldManager,
  });
  if (hasTargets(chosen)) checkNoFiles(options);
  return request;
}

/** Throws UsageError for files together with targets: if one of them fails, the other may be changed already. */
function checkNoFiles({ filename = [] }: AttachOptions): void {
  if (filename.length === 0) return;
  // Manifests on stdin cannot be written in place.
  const write = filename.includes('-') ? words`` : words`--write`;
  throw new UsageError(
    'manifests and targets in a cluster need one command each',
    prose`${{ add: write, drop: CLUSTER_ONLY }} for the files, and ${againWithout(...FILE_ONLY)} for the cluster`,
  );
}

/** Parses the targets of `create --attach`. Throws UsageError. */
export function attachTargets(texts: readonly string[]): NamedTarget[] {
  const file = texts.find(isFileName);
  if (file !== undefined) {
    const attach = command`regsecret attach NAME -f ${pathWord(file)} --write`;
    const create = againWithout('--attach');
    throw new UsageError(
      '--attach is only for objects in the cluster',
      prose`${create}, and for the manifest: ${attach}`,
    );
  }
  return texts.map((text) => {
    const { kind, name } = parseTarget(text);
    if (name !== undefined) return { kind, name };
    throw new UsageError(`--attach ${text} needs the name of a ${kind.toLowerCase()}`, words`--attach ${text}/NAME`);
  });
}

/** The request of `create --attach`, which knows the Secret itself. */
export function requestFor(
  known: WrittenSecret,
  targets: readonly NamedTarget[],
  options: Pick<AttachRequest, 'dryRun' | 'fieldManager'>,
  io: Io,
): AttachRequest {
  const { name = '' } = known.secret.metadata;
  return attachRequest('attach', name, { ...options, known, targets, folders: manifestFolders(io.env) });
}

/** Whether objects in the cluster are named or selected. */
export function hasTargets({ targets, selections }: Pick<AttachRequest, 'targets' | 'selections'>): boolean {
  return targets.length + selections.length > 0;
}

function parseTimeout(timeout: string | undefined): number | undefined {
  if (timeout === undefined) return undefined;
  const milliseconds = parseDuration(timeout);
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new UsageError('--timeout is not a duration', prose`--timeout takes seconds or units: 30, 30s, 2m, 1h`);
}

function targetsOf(verb: Verb, options: AttachOptions): Pick<AttachRequest, 'targets' | 'selections'> {
  const { pod = [], serviceaccount = [], to = [], selector } = options;
  const targets: NamedTarget[] = [
    ...pod.map((name) => ({ kind: 'Pod' as const, name: checkedName(name, 'Pod') })),
    ...serviceaccount.map((name) => ({ kind: 'ServiceAccount' as const, name: checkedName(name, 'ServiceAccount') })),
  ];
  const selections: TargetSelection[] = [];
  const flag = verb === 'attach' ? '--to' : '--from';
  for (const { kind, name } of to.map(parseTarget)) {
    const word = kind.toLowerCase();
    if (name !== undefined) targets.push({ kind, name });
    else if (selector !== undefined) selections.push({ by: 'kind', kind, labelSelector: selector });
    else {
      const all = verb === 'attach' ? '; --used --restart is for the service accounts that pods and workloads use' : '';
      const hint = prose`${flag} ${word}/NAME, or ${flag} ${word} -l app=NAME${all}`;
      throw new UsageError(`${flag} ${word} needs the name of a ${word}`, hint);
    }
  }
  if (options.allServiceaccounts) selections.push({ by: 'kind', kind: 'ServiceAccount', labelSelector: selector });
  if (options.used) selections.push({ by: 'use' });
  if (selector !== undefined && !selections.some(({ by }) => by === 'kind')) {
    throw new UsageError('-l needs a kind', prose`--to deployment -l app=web, or --all-serviceaccounts -l team=a`);
  }
  if (!options.allNamespaces) return { targets, selections };
  if (targets.length + selections.length > 0)
    return { targets: [], selections: [...selections, ...targets.map(everywhere)] };
  if (verb === 'detach' && options.filename === undefined) return { targets, selections: LISTING_KINDS.map(implied) };
  throw new UsageError(`-A selects namespaces, but nothing to ${verb}`, EVERYWHERE);
}

const EVERYWHERE = prose`--serviceaccount default -A, --to deployment -l app=NAME -A, or --used -A`;

/** Selects the service accounts of one name. Throws UsageError for other kinds: the same name elsewhere is another object. */
function everywhere({ kind, name }: NamedTarget): TargetSelection {
  if (kind === 'ServiceAccount') return { by: 'kind', kind, name };
  throw new UsageError(`-A cannot be combined with the name of a ${kind.toLowerCase()}`, EVERYWHERE);
}

/** Jobs and pods come last: their lists cannot be changed, and what a new one gets depends on the other kinds. */
const LISTING_KINDS: readonly PullKindName[] = [...CHANGEABLE_KINDS, 'Job', 'Pod'];

function implied(kind: PullKindName): TargetSelection {
  return { by: 'kind', kind, isImplied: true };
}

/** Throws UsageError for flags about what runs in a cluster, where only files are changed. */
function checkNothingRuns(verb: Verb, { filename = [], wait, timeout, restart, recreate }: AttachOptions): void {
  if (filename.length === 0) return;
  for (const [given, flag] of [
    [wait, '--wait'],
    [timeout, '--timeout'],
    [restart, '--restart'],
    [recreate, '--recreate'],
  ] as const) {
    if (!given) continue;
    const target = verb === 'attach' ? words`--to KIND/NAME` : words`--from KIND/NAME`;
    throw new UsageError(
      `${flag} is for objects in a cluster, and -f changes only files`,
      prose`leave out ${flag} and apply the files, or use ${target} instead of -f`,
    );
  }
}

function checkFileFlags(options: AttachOptions): void {
  const { filename = [], write, auto, recursive, secretFile, output, dryRun } = options;
  const named = filename.length > 0;
  for (const [given, flag, proposal] of [
    [write, '--write', words`-f FILE --write`],
    [auto, '--auto', words`-f FILE --auto`],
    [recursive, '-R', words`-f FOLDER -R`],
    [secretFile, '--secret-file', words`-f FILE --auto --secret-file FILE`],
  ] as const) {
    if (given && !named) throw new UsageError(`${flag} needs -f`, proposal);
  }
  if (secretFile !== undefined && !auto)
    throw new UsageError('--secret-file needs --auto', words`--auto --secret-file FILE`);
  if (write && filename.includes('-'))
    throw new UsageError('stdin cannot be changed in place', {
      ...words`-f -`,
      output: 'FILE',
    });
  if (named && !write && output !== undefined)
    throw new UsageError('-o cannot be combined with manifests on stdout', words`-f FILE --write -o name`);
  if (named && dryRun === 'server')
    throw new UsageError('manifests are changed without a server', words`-f FILE --dry-run=client`);
}
