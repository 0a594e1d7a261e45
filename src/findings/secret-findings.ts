/** What is wrong with a Secret by itself: for each code its arguments, its sentence and its fix. */

import { andThen, type Command, words } from '../line/command.ts';
import { isNamespaceName } from '../line/object-name.ts';
import { displayServer, type ShownServer, shownServer } from '../secret/display-server.ts';
import { imageName, parseImage } from '../secret/image.ts';
import { readKey, sameKey } from '../secret/key.ts';
import { isFor } from '../secret/keyring.ts';
import { forgetApplied, LAST_APPLIED } from '../secret/last-applied.ts';
import type { PullSecretType } from '../secret/secret.ts';
import { imageServer, serverToType } from '../secret/server.ts';
import { nounFor } from '../text/enumerate.ts';
import type { Remedy } from '../workloads/remedy.ts';
import {
  error,
  type FindingObject,
  type FixContext,
  type OtherNamespaces,
  type Place,
  REFUSED,
  some,
  UNPLACED,
  type UsableSecret,
  warning,
} from './finding-record.ts';
import { edit, editFile } from './pod-commands.ts';
import {
  createSecretCommand,
  exchangeMissing,
  here,
  isInManifest,
  removeEntry,
  syncPreview,
} from './secret-commands.ts';

export interface UnfitServer {
  readonly server: ShownServer;
  readonly reason: string;
  readonly proposal?: string | undefined;
}

export interface EntryEnd {
  readonly server: ShownServer;
  readonly at: string;
  readonly by: 'itself' | 'annotation';
}

export const SECRET_FINDINGS = {
  /** `near` has a similar name. `listed`: the list already has `near`, or `usable`. */
  'missing-secret': error<
    UsableSecret & {
      readonly near?: string | undefined;
      readonly elsewhere?: OtherNamespaces | undefined;
      /** All namespaces that lack it, if there are several, and `sync` copies it from elsewhere. */
      readonly namespaces?: readonly string[] | undefined;
      /** Some of the objects that name it, such as `deployment/web`. */
      readonly usedBy?: readonly string[] | undefined;
      /** In manifests: the place of a Secret of that name that names no namespace. */
      readonly unplaced?: Place | undefined;
      readonly listed?: true | undefined;
      readonly remedy?: Remedy | undefined;
    }
  >({
    namesUsers: true,
    // A Secret to use instead may have logins for the images of some users only.
    subject: ({ near, usable }, object) => [object.namespace, object.name, near ? undefined : usable],
    says: (args, object, { object: place }) => {
      const { unplaced, usedBy = [], namespaces } = args;
      const where = namespaces ? `secret ${place.name} in namespaces ${some(namespaces)}` : object;
      // `2 pods` is one element, but plural.
      const isOne = usedBy.length === 1 && !usedBy[0]?.endsWith(' pods');
      const naming = `${some(usedBy)} ${isOne ? 'uses' : 'use'}`;
      if (unplaced !== undefined) return `${naming} ${object}, but the one ${placeIt(unplaced, place.namespace)}`;
      const inFiles =
        usedBy.length === 0 ? `${object} is not in these files` : `${naming} ${object}, which is not in these files`;
      const text =
        place.file === undefined
          ? `${where} does not exist${usedBy.length === 0 ? '' : `; used by ${users(usedBy)}`}`
          : inFiles;
      return `${text}${describeSubstitute(args, place.file)}`;
    },
    fix: (args, object, context) => {
      const { near, unplaced } = args;
      // The output of a program is not to be edited: the sentence says which flag the program needs.
      if (unplaced !== undefined) return unplaced.file === '-' ? words`` : editFile(unplaced);
      if (near !== undefined && object.file !== undefined) return editFile(object);
      const exchanged = exchangeMissing(object, args, context);
      if (exchanged !== undefined) return exchanged;
      const source = object.file === undefined ? args.elsewhere?.source : undefined;
      if (source !== undefined) return syncPreview({ namespace: source, name: object.name }, object, args.namespaces);
      const { file: _, ...inCluster } = object;
      return createSecretCommand(inCluster, context, context.images?.map(imageServer) ?? here(context));
    },
  }),
  /** `dataKey` is set if the Secret holds a docker config all the same. */
  'wrong-type': error<{ readonly type: string; readonly dataKey?: string | undefined }>({
    keepsAway: 'ignored secret',
    says: ({ type, dataKey }, object) =>
      `${object} has ${dataKey === undefined ? '' : `a ${dataKey}, but `}the type ${type}, which the kubelet ignores`,
    fix: (_, object, context) => createSecretCommand(object, context, here(context), '--force'),
  }),
  'no-payload': error<{ readonly type: string; readonly dataKey: string }>({
    keepsAway: 'ignored secret',
    says: ({ type, dataKey }, object) => `${object} has the type ${type} and nothing under ${dataKey}`,
    fix: (_, object, context) => createOr('--replace', object, context),
  }),
  /** The content has the form that belongs to the type `form`. */
  'wrong-format': error<{ readonly type: string; readonly form: PullSecretType }>({
    keepsAway: 'secret',
    says: ({ type, form }, object) =>
      `${object} has the type ${type}, but the content of ${form}, so the kubelet finds no login in it`,
    fix: (_, object, context) => createOr('--force', object, context),
  }),
  /** `ignored`: the kubelet does not read the Secret, so it does not stop there. */
  'unreadable-payload': error<{ readonly error: string; readonly ignored?: true }>({
    keepsAway: 'pod',
    kubeletSays: ['undecodable'],
    says: ({ error, ignored }, object) => `${object} ${undecodable(error, ignored)}`,
    fix: (_, object, context) => createSecretCommand(object, context, here(context), '--replace'),
  }),
  'unreadable-entry': error<{ readonly server: ShownServer; readonly error: string; readonly ignored?: true }>({
    identity: ['server'],
    keepsAway: 'pod',
    kubeletSays: ['undecodable'],
    says: ({ server, error, ignored }, object) =>
      `the entry ${displayServer(server)} of ${object} ${undecodable(error, ignored)}`,
    fix: (args, object, context) =>
      (isOfOthers(args.server, context) ? removeEntry(object, args.server, context) : undefined) ??
      entryFix(args, object, context),
  }),
  'no-login': error<Record<never, never>>({
    keepsAway: 'secret',
    says: (_, object) => `${object} holds no login`,
    fix: (_, object, context) => createOr('--replace', object, context),
  }),
  /** The logins are not in it, but in a credential store on somebody's machine. */
  'credential-store': error<{ readonly helpers: readonly string[] }>({
    keepsAway: 'secret',
    says: ({ helpers }, object) =>
      `${object} holds no login: its source keeps them in ${nounFor(helpers.length, 'credential store')} ${helpers.join(', ')}`,
    fix: (_, object, context) => createOr('--replace', object, context),
  }),
  'empty-entry': error<{ readonly server: ShownServer }>({
    identity: ['server'],
    keepsAway: 'entry',
    says: ({ server }, object) =>
      `the entry ${displayServer(server)} of ${object} is empty, so its images are pulled without a login`,
    fix: (args, object, context) =>
      (isLoose(context) ? removeEntry(object, args.server, context) : undefined) ?? entryFix(args, object, context),
  }),
  'identity-token': error<{ readonly server: ShownServer }>({
    identity: ['server'],
    keepsAway: 'entry',
    says: ({ server }, object) =>
      `the entry ${displayServer(server)} of ${object} has only an identity token, which the kubelet ignores`,
    fix: entryFix,
  }),
  'incomplete-entry': error<{ readonly server: ShownServer; readonly missing: 'user name' | 'password' }>({
    identity: ['server'],
    keepsAway: 'entry',
    says: ({ server, missing }, object) =>
      `the entry ${displayServer(server)} of ${object} has no ${fieldWord(missing)}, so its images are pulled without a login`,
    fix: entryFix,
  }),
  'opens-nothing': error<UnfitServer>({
    identity: ['server'],
    keepsAway: 'entry',
    says: ({ server, reason }, object) =>
      `no image can match the entry ${displayServer(server)} of ${object}: ${aboutIt(reason, server)}`,
    fix: (args, object, context) =>
      (isLoose(context) ? moveFix(args, object, context) : undefined) ?? proposalFix(args, object, context),
  }),
  'unusual-server': warning<UnfitServer>({
    identity: ['server'],
    says: ({ server, reason }, object) =>
      `the entry ${displayServer(server)} of ${object} probably does not match the images you meant: ${aboutIt(reason, server)}`,
    fix: proposalFix,
  }),
  /** `bySecret`: the other Secret of the list that `by` is in. */
  'shadowed-entry': warning<{
    readonly server: ShownServer;
    readonly by: ShownServer;
    readonly bySecret?: string | undefined;
  }>({
    identity: ['server'],
    kubeletSays: REFUSED,
    says: ({ server, by, bySecret }, object, { severity }) => {
      const other = `${displayServer(by)}${bySecret === undefined ? '' : ` in secret ${bySecret}`}`;
      return severity === 'error'
        ? `the login for ${other} is rejected, and where ${other} matches, the entry ${displayServer(server)} of ${object} is not tried`
        : `the entry ${displayServer(server)} of ${object} is not used for images that ${other} matches`;
    },
    fix: ({ server, by, bySecret }, object, context, severity) => {
      const hiding = { ...object, name: bySecret ?? object.name };
      // An entry that is hidden for every image can go. The one that hides it can go only if it is refused.
      const removed = severity === 'error' ? removeEntry(hiding, by, context) : undefined;
      const hidden =
        severity !== 'error' && readKey(by)?.path === '' ? removeEntry(object, server, context) : undefined;
      return removed ?? hidden ?? createSecretCommand(hiding, context, serverToType(by, undefined));
    },
  }),
  'same-key': warning<{ readonly servers: readonly ShownServer[]; readonly key: string }>({
    identity: ['servers', 'key'],
    isAdvice: true,
    says: ({ servers, key }, object) =>
      `the entries ${servers.map(displayServer).join(' and ')} of ${object} are the same server to the kubelet (${key}), which tries them in no fixed order`,
    fix: (_, object) => edit(object),
  }),
  'white-space': error<{ readonly server: ShownServer; readonly field: 'user name' | 'password' }>({
    identity: ['server', 'field'],
    kubeletSays: REFUSED,
    says: ({ server, field }, object) =>
      `the ${fieldWord(field)} in the entry ${displayServer(server)} of ${object} ends in white space, which the kubelet sends as part of it`,
    fix: entryFix,
  }),
  /** A login beside `auth`, or one before a field of the same name. */
  'ignored-login': warning<{ readonly server: ShownServer }>({
    identity: ['server'],
    kubeletSays: REFUSED,
    says: ({ server }, object, { severity }) =>
      `the entry ${displayServer(server)} of ${object} ${severity === 'error' ? 'has a login that is rejected, and one' : 'also has a login'} that the kubelet ignores (it prefers auth to username and password)`,
    fix: entryFix,
  }),
  /** `by` the annotation: regsecret noted the time, and somebody may have replaced the credential since. */
  expired: error<EntryEnd>({
    identity: ['server'],
    kubeletSays: REFUSED,
    says: (end, object) => expiry(end, object, 'expired'),
    fix: entryFix,
  }),
  'expires-soon': warning<EntryEnd>({
    identity: ['server'],
    says: (end, object) => expiry(end, object, 'expires'),
    fix: entryFix,
  }),
  'login-in-annotation': warning<Record<never, never>>({
    says: (_, object) => `${object} ${heldInAnnotation()}`,
    fix: (_, object) => (isInManifest(object) ? editFile(object) : forgetApplied([object.name], object.namespace)),
  }),
};

/** What may stand in for a missing Secret. */
interface Substitute extends Omit<UsableSecret, 'absent'> {
  readonly near?: string | undefined;
  readonly listed?: true | undefined;
  readonly elsewhere?: OtherNamespaces | undefined;
}

/** Follows the sentence that a Secret is missing: what was meant, or may take its place. `file` is set for manifests. */
function describeSubstitute({ near, usable, listed, elsewhere }: Substitute, file: string | undefined): string {
  if (near !== undefined) return `; did you mean ${near}?`;
  if (usable !== undefined && listed)
    return `; secret ${usable} in the same imagePullSecrets has a login for the image`;
  if (usable !== undefined) return `; secret ${usable} has a login for that registry`;
  if (elsewhere === undefined) return '';
  const { namespaces, source } = elsewhere;
  if (file === undefined && source !== undefined) return `; sync copies the one in namespace ${source}`;
  const there = `${nounFor(namespaces.length, 'namespace')} ${some(namespaces)}`;
  return file === undefined
    ? `; it exists in ${there}, but a pod can use only Secrets of its own namespace`
    : `; the Secret of that name there is for ${there}`;
}

/** Says where a Secret without a namespace comes from, and how it gets into `namespace`. */
/** The number of pods, which comes last, is set apart: they are mostly those of what is named before them. */
function users(usedBy: readonly string[]): string {
  const pods = usedBy.length > 1 && /^\d+ pods?$/.test(usedBy.at(-1) ?? '') ? usedBy.at(-1) : undefined;
  return pods === undefined ? some(usedBy) : `${some(usedBy.slice(0, -1))} (${pods})`;
}

function placeIt({ file }: Place, namespace = ''): string {
  // The user may copy the name, and nobody has checked it.
  if (!isNamespaceName(namespace)) return `in these files ${UNPLACED}`;
  return file === '-'
    ? `from stdin ${UNPLACED}: add -n ${namespace} to the command that creates it`
    : `in ${file} ${UNPLACED}: add namespace: ${namespace} to its metadata`;
}

/** The name of a field for people. */
function fieldWord(field: 'user name' | 'password'): string {
  return field === 'password' ? field : 'username';
}

function undecodable(error: string, ignored = false): string {
  return `cannot be decoded (${error})${ignored ? '' : ', and a pod that uses it can use none of its pull secrets'}`;
}

/** A reason begins with the server. The sentence has just named that, so `it` takes its place. */
function aboutIt(reason: string, server: string): string {
  const name = shownServer(server);
  return reason.startsWith(`${name} `) ? `it${reason.slice(name.length)}` : reason;
}

function expiry({ server, at, by }: EntryEnd, object: string, verb: string): string {
  const noted = by === 'annotation' ? ' (annotation regsecret/expires-at)' : '';
  return `the login for ${displayServer(server)} in ${object} ${verb} at ${at}${noted}`;
}

/** Follows the name of a Secret, or a count of `several`. `would`: the Secrets are not written yet. */
export function heldInAnnotation({ several = false, would = false } = {}): string {
  const verb = would ? 'would still have' : several ? 'still have' : 'still has';
  return `${verb} an old login in the annotation ${LAST_APPLIED}`;
}

/** Writes the entry again, or the one that was meant. */
export function entryFix(
  { server, image }: { readonly server: string; readonly image?: string },
  object: FindingObject,
  context: FixContext,
): Command {
  return createSecretCommand(object, context, serverToType(server, image ?? context.image));
}

/** Whether the finding is about the Secret alone, and not why an image is not pulled. */
function isLoose({ image }: FixContext): boolean {
  return image === undefined;
}

/** Whether the entry is not for the image that cannot be pulled. */
function isOfOthers(server: string, { image }: FixContext): boolean {
  // A finding about a login implies that the name of the image is valid.
  return image !== undefined && !isFor(server, imageName(parseImage(image)));
}

/** Removes the entry. If the server that was likely meant is not there, adds it first; undefined for a copy in that case. */
function moveFix({ server, proposal }: UnfitServer, object: FindingObject, context: FixContext): Command | undefined {
  const known = context.secretOf?.(object.name);
  const isThere = known?.contents.entries.some((entry) => proposal !== undefined && sameKey(entry.server, proposal));
  if (proposal === undefined || isThere) return removeEntry(object, server, context);
  const removed = known?.copyOf === undefined ? removeEntry(object, server, context, true) : undefined;
  return removed && andThen(createSecretCommand(object, context, proposal), removed);
}

function proposalFix({ proposal }: UnfitServer, object: FindingObject, context: FixContext): Command {
  return createSecretCommand(object, context, here(context) ?? proposal ?? 'REGISTRY');
}

/** Creates the Secret with the server of the image, or else with `flag`. */
function createOr(flag: '--force' | '--replace', object: FindingObject, context: FixContext): Command {
  const server = here(context);
  return createSecretCommand(object, context, server, server === undefined ? flag : undefined);
}
