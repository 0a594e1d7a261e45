/** The command that mends each finding, ready to be pasted. */
import { imageServer, serverToType } from '../keyring/server.ts';
import { fileWord } from '../text/shell-word.ts';
import {
  attachCommand,
  copy,
  create,
  detachCommand,
  edit,
  editFile,
  type FixContext,
  giveLogin,
  here,
  isInManifest,
  renew,
  scope,
  server,
  setImage,
  watch,
} from './commands.ts';
import type { Finding, FindingCode, FindingObject, FindingOf } from './finding.ts';

/** The command, or two that belong together. */
export function fixFor(found: Finding, context: FixContext = {}): string {
  const fix = FIXES[found.code] as (found: Finding, context: FixContext) => string;
  return fix(found, context);
}

/**
 * Whether pods pull once the command has been run, provided that the login which it finds on this machine is good. What it
 * holds of a credential nobody can promise.
 */
export function isSufficient(found: Finding): boolean {
  if (found.code === 'fails-at-restart') return isSufficient(found.arguments.cause);
  if (isInManifest(found.object)) return found.code === 'missing-secret' && found.arguments.near === undefined;
  // Whether a new login is one that the image was pulled with cannot be known.
  if (found.code === 'unverified-image' && found.arguments.policy === 'Never' && !found.arguments.usable) return false;
  if (found.code === 'empty-name') return found.arguments.usable !== undefined;
  const way = 'way' in found.arguments ? found.arguments.way : undefined;
  return !ADVICE.includes(found.code) && way?.how !== 'owner';
}

/** Whether `command` changes only what is in a Secret: the kubelet reads that before each attempt, and none is sooner for it. */
export function isPickedUp(command: string): boolean {
  return /\bregsecret create\b/.test(command) && !/ --attach |&&/.test(command);
}

/** Their command shows more, or is for somebody who knows what is meant. */
const ADVICE: readonly FindingCode[] = [
  'same-key',
  'different-credentials',
  'duplicate-name',
  'invalid-image',
  'image-not-found',
  'never-pulled',
  'rate-limited',
  'registry-unreachable',
  'node-cannot-reach',
  'wrong-platform',
  'disk-full',
  'pull-postponed',
  'undecodable-list',
  'unread-secrets',
  'retry-pending',
  'unexplained',
  'unseen-credential',
  'unused-secret',
  'same-content',
  'unreadable-file',
];

type Fixes = { readonly [Code in FindingCode]: (found: FindingOf<Code>, context: FixContext) => string };

const FIXES: Fixes = {
  'missing-secret': ({ object, arguments: { near, elsewhere, way } }, context) => {
    if (near !== undefined && object.file !== undefined) return editFile(object);
    if (near !== undefined && way !== undefined) return attachCommand(way, near);
    const { file: _, ...secret } = object;
    return elsewhere === undefined ? create(secret, context, here(context)) : copy(object, elsewhere);
  },
  'wrong-type': ({ object }, context) => create(object, { ...context, immutable: true }, here(context)),
  'no-payload': ({ object }, context) => create(object, context, here(context) ?? '--replace'),
  'wrong-format': ({ object }, context) => create(object, context, here(context) ?? '--force'),
  'unreadable-payload': ({ object }, context) => create(object, context, here(context), '--replace'),
  'unreadable-entry': entryFix,
  'no-login': ({ object }, context) => create(object, context, here(context) ?? '--replace'),
  'credential-store': ({ object }, context) => create(object, context, here(context) ?? '--replace'),
  'empty-entry': entryFix,
  'identity-token': entryFix,
  'incomplete-entry': entryFix,
  'opens-nothing': proposalFix,
  'unusual-server': proposalFix,
  'shadowed-entry': ({ object, arguments: { by, bySecret } }, context) =>
    create({ ...object, name: bySecret ?? object.name }, context, server(serverToType(by, undefined))),
  'same-key': ({ object }) => edit(object),
  'white-space': entryFix,
  expired: entryFix,
  'expires-soon': entryFix,

  'credential-rejected': entryFix,
  'no-access': entryFix,
  'public-image-refused': entryFix,
  'other-images': ({ object, arguments: { proposal } }, context) => create(object, context, server(proposal)),

  'no-pull-secret': ({ arguments: { image, usable, way } }) => giveLogin(way, image, usable),
  'no-entry': ({ object, arguments: { image, usable, way, secrets } }, context) => {
    const [secret] = secrets;
    if (usable !== undefined || secret === undefined) return giveLogin(way, image, usable);
    return create({ ...object, kind: 'Secret', name: secret }, context, server(imageServer(image)));
  },
  'attached-later': ({ object, arguments: { secrets, way } }) => renew(object, way, secrets[0]),
  'outdated-pod': ({ object, arguments: { way } }) => renew(object, way, undefined),
  'own-list': ({ arguments: { usable, way } }) => attachCommand(way, usable),
  'empty-name': ({ object, arguments: { usable, way } }) =>
    usable === undefined ? edit(object) : attachCommand(way, usable),
  'duplicate-name': ({ object, arguments: { secret, way } }) =>
    object.file === undefined ? attachCommand(way, secret) : editFile(object),
  'not-mountable': ({ object, arguments: { secret, account } }) =>
    `regsecret attach ${secret}${scope(object)} --serviceaccount ${account}`,
  'missing-account': ({ object, arguments: { account } }) => `kubectl create serviceaccount ${account}${scope(object)}`,
  'different-credentials': ({ arguments: { secrets, way } }) => detachCommand(way, secrets.at(-1) ?? ''),

  'invalid-image': ({ object, arguments: { container, way } }) => setImage(object, way, container, 'REGISTRY/NAME:TAG'),
  'image-not-found': ({ object, arguments: { image, container, way } }) =>
    setImage(object, way, container, `${image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')}:TAG`),
  'never-pulled': ({ object, arguments: { way } }) =>
    edit(way.how === 'template' || way.how === 'recreate' ? way.target : object),
  'unverified-image': ({ arguments: { image, usable, way } }) => giveLogin(way, image, usable),
  'rate-limited': ({ object, arguments: { image, anonymous, way } }) =>
    anonymous ? giveLogin(way, image, undefined) : watch(object),
  'registry-unreachable': ({ arguments: { registry } }) => `curl -sv https://${registry}/v2/`,
  'node-cannot-reach': ({ arguments: { registry, node } }) =>
    `kubectl debug node/${node || 'NODE'} -it --image=curlimages/curl -- curl -sv https://${registry}/v2/`,
  'wrong-platform': ({ arguments: { node } }) => `kubectl get node ${node || 'NODE'} --show-labels`,
  'disk-full': ({ arguments: { node } }) => `kubectl describe node ${node || 'NODE'}`,
  'pull-postponed': ({ object }) => watch(object),
  'undecodable-list': ({ object, arguments: { secrets } }) =>
    `regsecret inspect ${secrets[0] ?? 'SECRET'}${scope(object)}`,
  'unread-secrets': ({ object }) => `kubectl auth can-i get secrets${scope(object)}`,
  'retry-pending': ({ object }) => watch(object),
  unexplained: ({ object }) => `kubectl describe ${object.kind.toLowerCase()} ${object.name}${scope(object)}`,
  'unseen-credential': ({ arguments: { image, way } }) => giveLogin(way, image, undefined),

  'fails-at-restart': ({ arguments: { cause, image } }, context) => fixFor(cause, { ...context, image }),
  'unused-secret': ({ object }) => `kubectl delete secret ${object.name}${scope(object)}`,
  'same-content': ({ object }) => `regsecret list${scope(object)} -o wide`,
  'unreadable-file': ({ object, arguments: { chart } }) =>
    chart
      ? 'helm template CHART | regsecret doctor -f -'
      : `kubectl create --dry-run=client -f ${fileWord(object.name)}`,
};

function entryFix(
  {
    object,
    arguments: args,
  }: { object: FindingObject; arguments: { readonly server: string; readonly image?: string } },
  context: FixContext,
): string {
  return create(object, context, server(serverToType(args.server, args.image ?? context.image)));
}

function proposalFix(
  { object, arguments: { proposal } }: FindingOf<'opens-nothing' | 'unusual-server'>,
  context: FixContext,
): string {
  return create(object, context, here(context) ?? server(proposal ?? 'REGISTRY'));
}
