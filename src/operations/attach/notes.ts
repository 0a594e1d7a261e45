/** What is worth knowing about an attached or detached pull secret beyond the result, as data and as a sentence. */
import type { Finding } from '../../domain/findings/finding.ts';
import { fixFor } from '../../domain/findings/fixes.ts';
import { formatFinding } from '../../domain/findings/messages.ts';
import { ImageReferenceError, parseImage } from '../../domain/keyring/image.ts';
import { ALL_NAMESPACES, type Command, command, words } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import { scope } from '../../domain/text/object-name.ts';
import { type PullKindName, pullKind } from '../../domain/workloads/kind.ts';
import type { Verb } from '../../domain/workloads/list-change.ts';
import { type ObjectRef, refKey, resultName, targetName } from '../../domain/workloads/ref.ts';
import { againCommand, changeCommand, deleteCommand, resumeCommand } from '../../domain/workloads/remedy.ts';
import type { PodNote } from '../pods/pod-context.ts';
import type { PodRemedy } from '../pods/pod-remedy.ts';

export type Note =
  /** Rights that are missing for a check, such as `list pods`. */
  | { readonly code: 'unchecked'; readonly rights: readonly string[] }
  | { readonly code: 'secret-elsewhere'; readonly namespaces: readonly string[] }
  | ({ readonly code: 'picks-none' } & Picking)
  | { readonly code: 'opens-none'; readonly ref: ObjectRef; readonly images: readonly string[] }
  | { readonly code: 'shadowed'; readonly ref: ObjectRef; readonly account: string; readonly list: readonly string[] }
  | { readonly code: 'failing'; readonly ref: ObjectRef; readonly reason: string; readonly remedy: PodRemedy }
  | { readonly code: 'managed'; readonly ref: ObjectRef; readonly manager: string }
  | { readonly code: 'enforced'; readonly ref: ObjectRef }
  | { readonly code: 'names-it'; readonly ref: ObjectRef; readonly account: string }
  | { readonly code: 'now-refused'; readonly ref: ObjectRef; readonly account: string }
  | { readonly code: 'owned'; readonly ref: ObjectRef; readonly owner: string }
  | { readonly code: 'kept'; readonly ref: ObjectRef; readonly account: string; readonly names: readonly string[] }
  | { readonly code: 'account-has-it'; readonly ref: ObjectRef; readonly account: string }
  | { readonly code: 'belongs'; readonly ref: ObjectRef; readonly owner: ObjectRef }
  | { readonly code: 'job-stays'; readonly ref: ObjectRef; readonly owner: ObjectRef }
  | { readonly code: 'rolls-out'; readonly ref: ObjectRef }
  | { readonly code: 'paused'; readonly ref: ObjectRef }
  | { readonly code: 'on-delete'; readonly ref: ObjectRef }
  | { readonly code: 'partition'; readonly ref: ObjectRef; readonly partition: number }
  | { readonly code: 'new-pods-only'; readonly ref: ObjectRef }
  | { readonly code: 'stuck'; readonly ref: ObjectRef; readonly pod: string; readonly reason: string }
  /** About the Secret by itself. */
  | Finding
  | PodNote;

/** What was picked by; without a namespace in all of them. */
export interface Picking {
  readonly kind: PullKindName;
  readonly labels?: string | undefined;
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
}

/** The sentence for each kind of note; failing pods are put together by whoever prints them. */
export function formatNote(note: Exclude<Note, { code: 'failing' }>, { verb, secret }: NoteContext): Sentence {
  if ('severity' in note) return warn(formatFinding(note), fixFor(note));
  switch (note.code) {
    case 'unchecked':
      return say(`not checked, no permission to ${note.rights.join(', ')}`);
    case 'secret-elsewhere':
      return warn(`secret ${secret} does not exist in ${many(note.namespaces)}, so nothing is attached there`);
    case 'picks-none':
      return warn(picksNone(note), command`kubectl get ${pullKind(note.kind).plural} ${flagsOf(note)}`);
    case 'opens-none': {
      const text = `secret ${secret} has no credential for ${many(note.images)} of ${resultName(note.ref)}`;
      return warn(
        text,
        command`regsecret create ${secret} ${scope(note.ref.namespace)} --server ${registryOf(note.images)}`,
      );
    }
    case 'shadowed': {
      const list = `${resultName(note.ref)} has a list of its own (${many(note.list)})`;
      const proposal = workloadCommand(verb, secret, note.ref);
      return warn(`${list}, so its pods do not use that of serviceaccount/${note.account}`, proposal);
    }
    case 'managed':
      return warn(
        `${note.manager} applies the list of ${resultName(note.ref)} and may undo this: ${verb === 'attach' ? 'add it to' : 'take it out of'} that manifest, too`,
        changeCommand(verb, { how: 'manifest' }, secret),
      );
    case 'enforced':
      return say(`${resultName(note.ref)} enforces its list (enforce-mountable-secrets): its pods may name no others`);
    case 'names-it': {
      const text = `${resultName(note.ref)} names ${secret} in a list of its own, so its pods still use it`;
      return warn(text, workloadCommand('detach', secret, note.ref));
    }
    case 'now-refused': {
      const text = `${resultName(note.ref)} names ${secret}, which serviceaccount/${note.account} no longer allows: its new pods will be refused`;
      return warn(text, workloadCommand('detach', secret, note.ref));
    }
    case 'owned':
      return warn(`${note.owner} made ${resultName(note.ref)} and may undo this`);
    case 'kept': {
      const names = many(note.names);
      return say(
        `the pods of ${resultName(note.ref)} used the list of serviceaccount/${note.account} until now: ${names} ${note.names.length === 1 ? 'is' : 'are'} kept in its own`,
      );
    }
    case 'account-has-it': {
      const text = `the pods of ${resultName(note.ref)} get ${secret} from serviceaccount/${note.account}`;
      return warn(
        text,
        command`regsecret detach ${secret} ${scope(note.ref.namespace)} --serviceaccount ${note.account}`,
      );
    }
    case 'belongs':
      return say(
        `${resultName(note.ref)} cannot be changed, so it is the template of ${resultName(note.owner)} that is`,
      );
    case 'job-stays': {
      return warn(
        `the template of ${resultName(note.ref)} cannot be changed: the next job will ${verb === 'attach' ? 'have' : 'be without'} it`,
        againCommand(note.owner),
      );
    }
    case 'rolls-out':
      return say(
        `the pods of ${resultName(note.ref)} are replaced now`,
        command`kubectl rollout status ${targetName(note.ref)} ${scope(note.ref.namespace)}`,
      );
    case 'paused':
      return warn(
        `${resultName(note.ref)} is paused: its pods are not replaced before it goes on`,
        resumeCommand(note.ref),
      );
    case 'on-delete':
      return warn(`${resultName(note.ref)} replaces a pod only when that is deleted (OnDelete)`);
    case 'partition':
      return warn(`${resultName(note.ref)} replaces only pods from number ${note.partition} on (partition)`);
    case 'new-pods-only':
      return say(
        `what ${resultName(note.ref)} makes from now on ${verb === 'attach' ? 'has' : 'is without'} it; what is there stays as it is`,
      );
    case 'stuck':
      return warn(
        `${resultName(note.ref)} waits for pod/${note.pod}, which cannot pull (${note.reason}) and has the old list: the roll-out goes on when that is deleted`,
        deleteCommand([note.pod], note.ref.namespace),
      );
    case 'differs':
      return warn(`the new ${resultName(note.ref)} differs from the old one in ${many(note.fields)}, too`);
    case 'saved':
      return say(`until the new ${resultName(note.ref)} is there, its manifest is in ${note.file}`);
    case 'runs':
      return say(note.ref.kind === 'Pod' ? `${resultName(note.ref)} runs` : `the pods of ${resultName(note.ref)} run`);
  }
}

/** The template of a Job that is there cannot be changed (core/validation `ValidateJobSpecUpdate`), but its manifest can. */
function workloadCommand(verb: Verb, secret: string, ref: ObjectRef): Command {
  if (ref.kind === 'Job') return changeCommand(verb, { how: 'manifest' }, secret);
  return command`regsecret ${verb} ${secret} ${scope(ref.namespace)} --to ${targetName(ref)}`;
}

/** Two notes with one key say the same. */
export function noteKey(note: Note): string {
  return 'ref' in note ? `${note.code} ${refKey(note.ref)}` : `${note.code} ${JSON.stringify(note)}`;
}

function say(text: string, ...hints: Command[]): Sentence {
  return { severity: 'note', text, hints };
}

function warn(text: string, ...hints: Command[]): Sentence {
  return { severity: 'warning', text, hints };
}

function picksNone({ kind, labels, namespace }: Picking): string {
  const which = labels === undefined ? '' : ` with the labels ${labels}`;
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
