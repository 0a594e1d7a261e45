/** What is worth knowing about an attached or detached pull secret beyond the result, as data and as a sentence. */

import type { PodNote } from '../changes/pod-context.ts';
import type { PodRemedy } from '../changes/pod-remedy.ts';
import { type Finding, fixFor, formatFinding } from '../findings/finding.ts';
import { describeLost, type LostLogins } from '../gather/other-logins.ts';
import { ALL_NAMESPACES, type Command, clusterCommand, command, dryRunFlag, words } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { SYNC } from '../secret/copy.ts';
import { ImageReferenceError, parseImage } from '../secret/image.ts';
import { many } from '../text/enumerate.ts';
import { type PullKindName, pullKind } from '../workloads/kind.ts';
import type { Verb } from '../workloads/list-change.ts';
import { type ObjectRef, refKey, resultName, targetName } from '../workloads/object-ref.ts';
import { againCommand, changeCommand, deleteCommand, resumeCommand, stepCommand } from '../workloads/remedy.ts';

export type Note =
  /** Rights that are missing for a check, such as `list pods`. */
  | { readonly code: 'unchecked'; readonly rights: readonly string[] }
  | { readonly code: 'secret-elsewhere'; readonly namespaces: readonly string[] }
  | ({ readonly code: 'picks-none' } & Picking)
  /** No list in any namespace names the Secret. */
  | { readonly code: 'listed-nowhere' }
  /** A policy of `sync --admission` adds the Secret to new pods, whatever lists have it. */
  | { readonly code: 'still-added'; readonly policy: string; readonly namespace: string }
  | { readonly code: 'opens-none'; readonly ref: ObjectRef; readonly images: readonly string[] }
  | ({ readonly code: 'shadowed'; readonly account: string; readonly list: readonly string[] } & Made)
  | { readonly code: 'failing'; readonly ref: ObjectRef; readonly reason: string; readonly remedy: PodRemedy }
  | { readonly code: 'managed'; readonly ref: ObjectRef; readonly manager: string }
  | { readonly code: 'enforced'; readonly ref: ObjectRef }
  /** Images for which nothing else in the list has a login. */
  | ({ readonly code: 'loses-login'; readonly ref: ObjectRef } & LostLogins)
  /** A workload whose list names a Secret that is deleted. */
  | { readonly code: 'left-in-list'; readonly ref: ObjectRef }
  /** Images for which nothing is known of the other Secrets in the list, because they were not read. */
  | {
      readonly code: 'others-unread';
      readonly ref: ObjectRef;
      readonly images: readonly string[];
      readonly others: readonly string[];
    }
  /** `near`: a name in the list that is close to the typed one. */
  | { readonly code: 'not-named'; readonly ref: ObjectRef; readonly near?: string | undefined }
  | { readonly code: 'names-it'; readonly ref: ObjectRef; readonly account: string }
  | ({ readonly code: 'now-refused'; readonly account: string } & Made)
  | { readonly code: 'owned'; readonly ref: ObjectRef; readonly owner: string }
  | { readonly code: 'kept'; readonly ref: ObjectRef; readonly account: string; readonly names: readonly string[] }
  | {
      readonly code: 'account-list';
      readonly ref: ObjectRef;
      readonly account: string;
      readonly names: readonly string[];
    }
  | { readonly code: 'account-has-it'; readonly ref: ObjectRef; readonly account: string }
  | { readonly code: 'belongs'; readonly ref: ObjectRef; readonly owner: ObjectRef }
  | { readonly code: 'job-stays'; readonly ref: ObjectRef; readonly owner: ObjectRef }
  | { readonly code: 'rolls-out'; readonly ref: ObjectRef }
  | { readonly code: 'no-replicas'; readonly ref: ObjectRef }
  | { readonly code: 'paused'; readonly ref: ObjectRef }
  | { readonly code: 'on-delete'; readonly ref: ObjectRef }
  | { readonly code: 'partition'; readonly ref: ObjectRef; readonly partition: number }
  | { readonly code: 'new-pods-only'; readonly ref: ObjectRef }
  | { readonly code: 'stuck'; readonly ref: ObjectRef; readonly pod: string; readonly reason: string }
  /** About the Secret itself. */
  | Finding
  | PodNote;

interface Made {
  readonly ref: ObjectRef;
  /** The CronJob of a Job. */
  readonly owner?: ObjectRef | undefined;
}

/** The criteria of a selection. Without `namespace`: in all namespaces. */
export interface Picking {
  readonly kind: PullKindName;
  readonly labels?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

export interface Sentence {
  readonly severity: 'note' | 'warning';
  readonly text: string;
  /** Commands to type. */
  readonly hints: readonly Command[];
}

export interface NoteContext {
  readonly verb: Verb;
  readonly secret: string;
  /** Whether the command is about several namespaces. */
  readonly namespaces?: boolean;
  /** Undefined or `none`: the change has been written. */
  readonly dryRun?: 'none' | 'client' | 'server';
  /** Whether the command itself waits for the pods. */
  readonly wait?: boolean;
  /** The impersonated user. The rights that the command needs do not include watching a workload. */
  readonly as?: string | undefined;
}

function isDry({ dryRun = 'none' }: NoteContext): boolean {
  return dryRun !== 'none';
}

/** For sentences whose hint does not name the namespace. */
function inNamespace({ namespace }: ObjectRef, { namespaces = false }: Pick<NoteContext, 'namespaces'>): string {
  return namespaces ? ` in ${namespace}` : '';
}

/** The sentence for a note; notes about failing pods are put together where they are printed. */
export function formatNote(note: Exclude<Note, { code: 'failing' }>, context: NoteContext): Sentence {
  if ('severity' in note) return warn(formatFinding(note), fixFor(note));
  const format = SENTENCES[note.code] as (note: SentenceNote, context: NoteContext) => Sentence;
  return format(note, context);
}

type SentenceNote = Exclude<Note, Finding | { code: 'failing' }>;

/** The sentence for each kind of note. */
const SENTENCES: {
  readonly [Code in SentenceNote['code']]: (
    note: Extract<SentenceNote, { code: Code }>,
    context: NoteContext,
  ) => Sentence;
} = {
  unchecked: ({ rights }) => say(`not checked, no permission to ${rights.join(', ')}`),
  'secret-elsewhere': ({ namespaces }, { secret }) =>
    warn(`secret ${secret} does not exist in ${many(namespaces)}, so nothing was attached there`),
  'picks-none': (note) => warn(picksNone(note), command`kubectl get ${pullKind(note.kind).plural} ${flagsOf(note)}`),
  'listed-nowhere': (_, { secret }) => say(`no imagePullSecrets in any namespace reference ${secret}`),
  'still-added': ({ policy, namespace }, { verb, secret }) => {
    const adds = `adds ${secret} to each new pod in namespace ${namespace}`;
    if (verb === 'attach') return say(`mutatingadmissionpolicy ${policy} ${adds} anyway`);
    const optOut = clusterCommand`kubectl annotate namespace ${nameWord(namespace)} ${`${SYNC}=false`}`;
    return warn(`mutatingadmissionpolicy ${policy} still ${adds}`, optOut);
  },
  'opens-none': ({ ref, images }, { secret }) =>
    warn(
      `secret ${secret} has no login for ${many(images)} of ${resultName(ref)}`,
      lineOf({ do: 'create', secret, namespace: ref.namespace, servers: [registryOf(images)] }),
    ),
  shadowed: ({ ref, owner, account, list }, { verb, secret, dryRun = 'none' }) =>
    warn(
      `${resultName(ref)} has its own imagePullSecrets (${many(list)}), so its pods do not use those of serviceaccount/${account}`,
      workloadCommand(verb, { secret, dryRun }, ref, owner),
    ),
  managed: ({ ref, manager }, { verb, secret }) =>
    warn(
      `${manager} applies the imagePullSecrets of ${resultName(ref)} and may undo this: change that manifest as well`,
      changeCommand(verb, { how: 'manifest' }, secret),
    ),
  enforced: ({ ref }) =>
    say(`${resultName(ref)} enforces its imagePullSecrets (enforce-mountable-secrets): its pods can use no others`),
  'loses-login': ({ ref, ...lost }, context) =>
    warn(
      `without ${context.secret}, ${resultName(ref)}${inNamespace(ref, context)} has no login for ${describeLost(lost)}: ${lost.refused === undefined ? 'private images' : 'it'} ${isDry(context) ? 'could' : 'can'} no longer be pulled`,
    ),
  'left-in-list': ({ ref }, context) => {
    const { secret, dryRun = 'none' } = context;
    const [has, is] = isDry(context) ? ['would still have', 'would be'] : ['still has', 'is'];
    return warn(
      `${resultName(ref)}${inNamespace(ref, context)} ${has} ${secret}, which ${is} deleted, in its own imagePullSecrets`,
      workloadCommand('detach', { secret, dryRun }, ref),
    );
  },
  'others-unread': ({ ref, images, others }, context) =>
    warn(
      `not known ${unknownLogins(others, images)} of ${resultName(ref)}${inNamespace(ref, context)}: only ${context.secret} was read`,
      command`regsecret why ${targetName(ref)} ${scope(ref.namespace)}`,
    ),
  // No command: where the typed name has already been removed, the pods need the similar one.
  'not-named': ({ ref, near }, { secret }) =>
    say(`${resultName(ref)} does not use ${secret}${near === undefined ? '' : `; it uses ${near}`}`),
  // No command: nothing has checked whether the pods need the Secret.
  'names-it': ({ ref }, { secret, ...context }) =>
    warn(
      `${resultName(ref)}${inNamespace(ref, context)} has ${secret} in its own imagePullSecrets, so its pods still use it`,
    ),
  'now-refused': ({ ref, owner, account }, context) => {
    const { secret, dryRun = 'none' } = context;
    const [allows, will] = isDry(context) ? ['would no longer allow', 'would'] : ['no longer allows', 'will'];
    return warn(
      `${resultName(ref)} uses ${secret}, which serviceaccount/${account} ${allows}: its new pods ${will} be rejected`,
      workloadCommand('detach', { secret, dryRun }, ref, owner),
    );
  },
  owned: ({ ref, owner }) => warn(`${owner} created ${resultName(ref)} and may undo this`),
  kept: ({ ref, account, names }, context) => {
    const [has, kept] = isDry(context) ? ['would have', 'would keep'] : ['now has', 'kept'];
    return say(
      `${resultName(ref)} ${has} its own imagePullSecrets; ${kept} ${many(names)} from serviceaccount/${account}`,
    );
  },
  'account-list': ({ ref, account, names }, context) => {
    const [has, get] = isDry(context) ? ['would no longer have', 'would get'] : ['no longer has', 'get'];
    return say(
      `${resultName(ref)}${inNamespace(ref, context)} ${has} its own imagePullSecrets; its pods ${get} ${many(names)} from serviceaccount/${account}`,
    );
  },
  'account-has-it': ({ ref, account }, { secret, dryRun = 'none' }) =>
    warn(
      `the pods of ${resultName(ref)} get ${secret} from serviceaccount/${account}`,
      command`regsecret detach ${secret} ${scope(ref.namespace)} --serviceaccount ${account} ${dryRunFlag({ dryRun })}`,
    ),
  belongs: ({ ref, owner }) =>
    say(`${resultName(ref)} cannot be changed; change the template of ${resultName(owner)} instead`),
  'job-stays': ({ ref, owner }, { verb, ...context }) =>
    warn(
      `the template of ${resultName(ref)} cannot be changed: the next job ${isDry({ verb, ...context }) ? 'would' : 'will'} ${verb === 'attach' ? 'have' : 'be without'} it`,
      againCommand(owner),
    ),
  'rolls-out': ({ ref }, context) =>
    isDry(context)
      ? say(`the pods of ${resultName(ref)} would be replaced`)
      : say(
          `the pods of ${resultName(ref)} are being replaced`,
          ...(context.wait || context.as !== undefined
            ? []
            : [command`kubectl rollout status ${targetName(ref)} ${scope(ref.namespace)}`]),
        ),
  'no-replicas': ({ ref }, context) => {
    const [now, dry] = context.verb === 'attach' ? ['have', 'would have'] : ['are without', 'would be without'];
    return say(`${resultName(ref)} has 0 replicas: its next pods ${isDry(context) ? dry : now} it`);
  },
  paused: ({ ref }) =>
    warn(`${resultName(ref)} is paused: its pods are not replaced until it is resumed`, resumeCommand(ref)),
  'on-delete': ({ ref }) => warn(`${resultName(ref)} replaces a pod only after it was deleted (OnDelete)`),
  partition: ({ ref, partition }) =>
    warn(`${resultName(ref)} replaces only the pods numbered ${partition} and above (partition)`),
  'new-pods-only': ({ ref }, context) => {
    const has = context.verb === 'attach' ? ['has', 'would have'] : ['is without', 'would be without'];
    const when = isDry(context) ? `afterwards ${has[1]}` : `from now on ${has[0]}`;
    return say(`what ${resultName(ref)} creates ${when} it; existing objects do not change`);
  },
  stuck: ({ ref, pod, reason }) =>
    warn(
      `${resultName(ref)} waits for pod/${pod}, which cannot pull (${reason}) and has the old imagePullSecrets: the rollout continues once that pod is deleted`,
      deleteCommand([pod], ref.namespace),
    ),
  differs: ({ ref, fields }) => warn(`the new ${resultName(ref)} also differs from the old one in ${many(fields)}`),
  resumed: ({ ref, file }) =>
    say(`${resultName(ref)} is missing: it is created again from ${file}, which an interrupted run left`),
  saved: ({ ref, file }) => say(`${resultName(ref)} is backed up in ${file} until the new one is there`),
  runs: ({ ref }) => say(ref.kind === 'Pod' ? `${resultName(ref)} runs` : `the pods of ${resultName(ref)} run`),
};

/** `whether a or b has a login for IMAGE`. */
export function unknownLogins(others: readonly string[], images: readonly string[]): string {
  return `whether ${others.join(' or ')} has a login for ${describeLost({ images })}`;
}

/** The template of a Job is immutable (batch/validation `ValidateJobSpecUpdate`), but not its manifest. Its `owner` makes another. */
function workloadCommand(
  verb: Verb,
  { secret, dryRun }: { readonly secret: string; readonly dryRun: 'none' | 'client' | 'server' },
  ref: ObjectRef,
  owner?: ObjectRef,
): Command {
  if (owner !== undefined) return stepCommand({ step: 'run again', job: ref.name }, owner);
  if (ref.kind === 'Job') return changeCommand(verb, { how: 'manifest' }, secret);
  return command`${changeCommand(verb, { how: 'template', target: ref }, secret)} ${dryRunFlag({ dryRun })}`;
}

/** Two notes with one key say the same. */
export function noteKey(note: Note): string {
  // One object may have several `loses-login` notes: one for each image whose other logins are refused.
  return 'ref' in note && !('refused' in note)
    ? `${note.code} ${refKey(note.ref)}`
    : `${note.code} ${JSON.stringify(note)}`;
}

function say(text: string, ...hints: Command[]): Sentence {
  return { severity: 'note', text, hints };
}

function warn(text: string, ...hints: Command[]): Sentence {
  return { severity: 'warning', text, hints };
}

function picksNone({ kind, labels, name, namespace }: Picking): string {
  const which = name === undefined ? (labels === undefined ? '' : ` with the labels ${labels}`) : ` ${name}`;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const owned = kind === 'ReplicaSet' || kind === 'Job' ? ', apart from those of other workloads' : '';
  return `there is no ${kind.toLowerCase()}${which}${where}${owned}`;
}

function flagsOf({ labels, namespace }: Picking): Command {
  const where = namespace === undefined ? ALL_NAMESPACES : scope(namespace);
  return labels === undefined ? words`${where}` : words`-l ${labels} ${where}`;
}

/** The registry of the first image. */
function registryOf([image = '']: readonly string[]): string {
  try {
    return parseImage(image).domain;
  } catch (error) {
    if (error instanceof ImageReferenceError) return image;
    throw error;
  }
}
