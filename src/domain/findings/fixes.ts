/** The command that fixes each finding, ready to be pasted. */
import { imageName, parseImage } from '../keyring/image.ts';
import { readKey, sameKey } from '../keyring/key.ts';
import { isFor } from '../keyring/match.ts';
import { imageServer, serverToType } from '../keyring/server.ts';
import { forgetSource } from '../pull-secret/copy.ts';
import { forgetApplied } from '../pull-secret/last-applied.ts';
import {
  andThen,
  type Command,
  clusterCommand,
  command,
  fileWord,
  kubectlPath,
  stepsIn,
  words,
} from '../text/command.ts';
import { nameWord, nodeWord, scope } from '../text/object-name.ts';
import { withNearTag } from '../verify/near-tags.ts';
import { targetWord } from '../workloads/object-ref.ts';
import { changeCommand, isComplete } from '../workloads/remedy.ts';
import { catalogRow } from './catalog.ts';
import { fixStale } from './elsewhere.ts';
import type { Finding, FindingCode, FindingObject, FindingOf } from './finding.ts';
import {
  allowPull,
  askAbout,
  attachTo,
  createAccount,
  edit,
  editFile,
  editKept,
  editMaker,
  giveLogin,
  isTyped,
  keepAccepted,
  renewPod,
  setImage,
  watch,
} from './pod-commands.ts';
import {
  createSecretCommand,
  exchangeMissing,
  type FixContext,
  here,
  isInManifest,
  removeEntry,
  replaceSecret,
} from './secret-commands.ts';

/** The command, or two that belong together. It has no words if nothing can be done. */
export function fixFor(found: Finding, context: FixContext = {}): Command {
  const fix = FIXES[found.code] as (found: Finding, context: FixContext) => Command;
  return fix(found, context);
}

/** Whether pods pull once the command has been run, provided that the login which it finds on this machine is good. */
export function isSufficient(found: Finding, command?: Command): boolean {
  if (command !== undefined && stepsIn(command).at(-1)?.does?.do === 'preview') return false;
  // `remove` loses a login, and nobody has asked yet whether the hidden one is good: that is not for a script.
  if (found.code === 'shadowed-entry' && command?.does?.do === 'remove') return false;
  if (found.code === 'fails-at-restart') return isSufficient(found.arguments.cause);
  if (isInManifest(found.object))
    return found.code === 'missing-secret' && found.arguments.near === undefined && !found.arguments.unplaced;
  // Nobody knows whether the image was ever pulled with the new login.
  if (found.code === 'unverified-image' && found.arguments.policy === 'Never' && !found.arguments.usable) return false;
  if ('absent' in found.arguments && found.arguments.absent) return false;
  if (found.code === 'empty-name') return found.arguments.usable !== undefined;
  // During a roll-out one can only wait. A changed image may be wrong, too.
  if ('rollout' in found.arguments && found.arguments.rollout !== undefined) return false;
  if (found.code === 'outdated-pod' && (found.arguments.changed === 'image' || found.arguments.newFails)) return false;
  const remedy = 'remedy' in found.arguments ? found.arguments.remedy : undefined;
  return catalogRow(found.code).isAdvice !== true && (remedy === undefined || isComplete(remedy));
}

/** Whether the command changes only the content of a Secret. The kubelet reads it before each attempt, but tries no sooner. */
export function isPickedUp({ does, pipe, next }: Command): boolean {
  if (pipe !== undefined) return isPickedUp(pipe);
  if (next !== undefined) return false;
  return does?.do === 'remove' || (does?.do === 'create' && does.attach === undefined);
}

type Fixes = { readonly [Code in FindingCode]: (found: FindingOf<Code>, context: FixContext) => Command };

const FIXES: Fixes = {
  'missing-secret': ({ object, arguments: args }, context) => {
    const { near, unplaced } = args;
    // The output of a program is not to be edited: the sentence says which flag the program needs.
    if (unplaced !== undefined) return unplaced.file === '-' ? words`` : editFile(unplaced);
    if (near !== undefined && object.file !== undefined) return editFile(object);
    const exchanged = exchangeMissing(object, args, context);
    if (exchanged !== undefined) return exchanged;
    const { file: _, ...inCluster } = object;
    return createSecretCommand(inCluster, context, context.images?.map(imageServer) ?? here(context));
  },
  'wrong-type': ({ object }, context) => createSecretCommand(object, context, here(context), '--force'),
  'no-payload': ({ object }, context) => createOr('--replace', object, context),
  'wrong-format': ({ object }, context) => createOr('--force', object, context),
  'unreadable-payload': ({ object }, context) => createSecretCommand(object, context, here(context), '--replace'),
  'unreadable-entry': (found, context) =>
    (isOfOthers(found.arguments.server, context) ? removeFix(found, context) : undefined) ?? entryFix(found, context),
  'no-login': ({ object }, context) => createOr('--replace', object, context),
  'credential-store': ({ object }, context) => createOr('--replace', object, context),
  'empty-entry': (found, context) =>
    (isLoose(context) ? removeFix(found, context) : undefined) ?? entryFix(found, context),
  'identity-token': entryFix,
  'incomplete-entry': entryFix,
  'opens-nothing': (found, context) =>
    (isLoose(context) ? moveFix(found, context) : undefined) ?? proposalFix(found, context),
  'unusual-server': proposalFix,
  'shadowed-entry': ({ object, severity, arguments: { server, by, bySecret } }, context) => {
    const hiding = { ...object, name: bySecret ?? object.name };
    // An entry that is hidden for every image can go. The one that hides it can go only if it is refused.
    const removed = severity === 'error' ? removeEntry(hiding, by, context) : undefined;
    const hidden = severity !== 'error' && readKey(by)?.path === '' ? removeEntry(object, server, context) : undefined;
    return removed ?? hidden ?? createSecretCommand(hiding, context, serverToType(by, undefined));
  },
  'same-key': ({ object }) => edit(object),
  'white-space': entryFix,
  'ignored-login': entryFix,
  expired: entryFix,
  'expires-soon': entryFix,
  'login-in-annotation': ({ object }) =>
    isInManifest(object) ? editFile(object) : forgetApplied([object.name], object.namespace),
  'stale-copy': ({ object, arguments: stale }) => fixStale(object, stale),
  'orphaned-copy': ({ object }) => forgetSource(object.name, object.namespace),
  'duplicate-secret': ({ object }, context) =>
    context.secretOf === undefined ? editFile(object) : createSecretCommand(object, context, []),

  'credential-rejected': entryFix,
  'no-access': entryFix,
  'public-image-refused': entryFix,
  'other-images': ({ object, arguments: { proposal } }, context) => createSecretCommand(object, context, proposal),

  'no-pull-secret': ({ arguments: { image, usable, remedy } }) => giveLogin(remedy, image, usable),
  'no-entry': ({ object, arguments: { image, usable, remedy, secrets } }, context) => {
    const [secret] = secrets;
    if (remedy !== undefined && (usable !== undefined || secret === undefined)) return giveLogin(remedy, image, usable);
    return createSecretCommand({ ...object, kind: 'Secret', name: secret ?? object.name }, context, imageServer(image));
  },
  'attached-later': (found) => renewPod(found, found.arguments.secrets[0]),
  'outdated-pod': (found) => renewPod(found),
  'own-list': ({ arguments: { usable, remedy } }) => changeCommand('attach', remedy, usable),
  'empty-name': ({ object, arguments: { usable, remedy } }) =>
    usable === undefined ? editKept(object, remedy) : changeCommand('attach', remedy, usable),
  'duplicate-name': ({ object, arguments: { secret, remedy } }) =>
    object.file === undefined ? changeCommand('attach', remedy, secret) : editFile(object),
  'not-mountable': ({ object, arguments: { secret, account } }) => attachTo(account, secret, object),
  'missing-account': createAccount,
  'different-credentials': keepAccepted,

  'invalid-image': ({ object, arguments: { container, volume, remedy } }) =>
    volume ? editKept(object, remedy) : setImage(object, remedy, container, 'REGISTRY/NAME:TAG'),
  'image-not-found': ({ object, arguments: { image, missing, tags, container, volume, remedy } }, { secrets }) => {
    if (isTyped(object, container)) return askAbout(object, image, tags, secrets);
    if (volume || missing === 'repository') return (volume ? editKept : editMaker)(object, remedy);
    return setImage(object, remedy, container, withNearTag(image, tags));
  },
  'never-pulled': ({ object, arguments: { volume, remedy } }) => allowPull(object, remedy, volume),
  'unverified-image': ({ arguments: { image, usable, remedy } }) => giveLogin(remedy, image, usable),
  'stale-secret': ({ object, arguments: args }, context) => replaceSecret(object, args, context),
  'node-login-refused': ({ arguments: { image, usable, remedy } }) => giveLogin(remedy, image, usable),
  'rate-limited': ({ object, arguments: { image, anonymous, remedy } }) =>
    anonymous ? giveLogin(remedy, image, undefined) : watch(object),
  'registry-unreachable': ({ arguments: { registry } }) => command`curl -sv https://${registry}/v2/`,
  'node-cannot-reach': ({ arguments: { registry, node, trouble, mirror = registry } }) => {
    const debug = words`kubectl debug node/${nodeWord(node)} -it --image=curlimages/curl`;
    return trouble === 'clock'
      ? clusterCommand`${debug} -- date`
      : clusterCommand`${debug} -- curl -sv https://${mirror}/v2/`;
  },
  'wrong-platform': ({ arguments: { node } }) => clusterCommand`kubectl get node ${nodeWord(node)} --show-labels`,
  'disk-full': ({ arguments: { node } }) => clusterCommand`kubectl describe node ${nodeWord(node)}`,
  'pull-postponed': ({ object }) => watch(object),
  'undecodable-list': ({ object, arguments: { secrets } }) =>
    command`regsecret inspect ${nameWord(secrets[0] ?? '')} ${scope(object.namespace)}`,
  'unread-secrets': ({ object, arguments: { secrets } }) =>
    command`kubectl auth can-i get secret/${nameWord(secrets[0] ?? '')} ${scope(object.namespace)}`,
  'retry-pending': ({ object }) => watch(object),
  unexplained: ({ object: { kind, name, namespace } }) =>
    command`kubectl describe ${kind.toLowerCase()} ${nameWord(name)} ${scope(namespace)}`,
  'unseen-credential': ({ arguments: { image, remedy } }) => giveLogin(remedy, image, undefined),

  'fails-at-restart': ({ arguments: { cause, image } }, context) => fixFor(cause, { ...context, image }),
  'unused-secret': ({ object }) => command`regsecret inspect ${nameWord(object.name)} ${scope(object.namespace)}`,
  'same-content': ({ object }) => command`regsecret list ${scope(object.namespace)} -o wide`,
  'unread-object': ({ object, arguments: { bug } }) =>
    bug
      ? // `why` says what to report.
        command`regsecret why ${targetWord(object)} ${scope(object.namespace)}`
      : command`kubectl get ${object.kind.toLowerCase()} ${nameWord(object.name)} ${scope(object.namespace)}`,
  'unreadable-file': ({ object, arguments: { chart } }) =>
    chart
      ? { ...command`helm template CHART`, pipe: words`regsecret doctor -f -` }
      : command`kubectl create --dry-run=client -f ${kubectlPath(fileWord(object.name))}`,
};

function entryFix(
  {
    object,
    arguments: args,
  }: { object: FindingObject; arguments: { readonly server: string; readonly image?: string } },
  context: FixContext,
): Command {
  return createSecretCommand(object, context, serverToType(args.server, args.image ?? context.image));
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

function removeFix(
  { object, arguments: { server } }: FindingOf<'unreadable-entry' | 'empty-entry'>,
  context: FixContext,
): Command | undefined {
  return removeEntry(object, server, context);
}

/** Removes the entry. If the server that was likely meant is not there, adds it first; undefined for a copy in that case. */
function moveFix(
  { object, arguments: { server, proposal } }: FindingOf<'opens-nothing'>,
  context: FixContext,
): Command | undefined {
  const known = context.secretOf?.(object.name);
  const isThere = known?.contents.entries.some((entry) => proposal !== undefined && sameKey(entry.server, proposal));
  if (proposal === undefined || isThere) return removeEntry(object, server, context);
  const removed = known?.copyOf === undefined ? removeEntry(object, server, context, true) : undefined;
  return removed && andThen(createSecretCommand(object, context, proposal), removed);
}

function proposalFix(
  { object, arguments: { proposal } }: FindingOf<'opens-nothing' | 'unusual-server'>,
  context: FixContext,
): Command {
  return createSecretCommand(object, context, here(context) ?? proposal ?? 'REGISTRY');
}

/** Creates the Secret with the server of the image, or else with `flag`. */
function createOr(flag: '--force' | '--replace', object: FindingObject, context: FixContext): Command {
  const server = here(context);
  return server === undefined
    ? createSecretCommand(object, context, undefined, flag)
    : createSecretCommand(object, context, server);
}
