/** The command that mends each finding, ready to be pasted. */
import type { Finding, FindingCode, FindingObject, FindingOf } from './finding.ts';
import { imageServer, serverToType } from './image-server.ts';
import { fileWord, serverWord, shellWord } from './shell-word.ts';
import type { Way } from './way.ts';
import { attachCommand, createAndAttach, detachCommand, renewCommand } from './way-command.ts';

/** What is known of the surroundings of a finding. */
export interface FixContext {
  /** The image that it is about, where the finding itself names none. */
  readonly image?: string | undefined;
  /** Whether the Secret may not be changed, only replaced. */
  readonly immutable?: boolean | undefined;
}

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
  'spoiled-list',
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
  'wrong-form': ({ object }, context) => create(object, context, here(context) ?? '--force'),
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
  'spoiled-list': ({ object, arguments: { secrets } }) => `regsecret inspect ${secrets[0] ?? 'SECRET'}${scope(object)}`,
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

/** `kubectl` and `regsecret` together: what is in the Secret passes through the pipe only. */
function copy(
  object: FindingObject,
  { namespaces, dataKey = '.dockerconfigjson' }: { namespaces: readonly string[]; dataKey?: string },
): string {
  const template = `'{{index .data "${dataKey}" | base64decode}}'`;
  const read = `kubectl get secret ${object.name} -n ${namespaces[0]} -o go-template=${template}`;
  return `${read} | regsecret create ${object.name}${scope(object)} --from-file -`;
}

function giveLogin(way: Way, image: string, usable: string | undefined): string {
  return usable === undefined ? createAndAttach(way, imageServer(image)) : attachCommand(way, usable);
}

function renew({ namespace = '', name }: FindingObject, way: Way, secret: string | undefined): string {
  return renewCommand(way, secret ?? 'SECRET', { namespace, name });
}

function create(object: FindingObject, { immutable = false }: FixContext, rest?: string, more?: string): string {
  if (isInManifest(object)) return createText(object, rest?.startsWith('--server ') ? rest : undefined);
  const words = [`regsecret create ${object.name}${scope(object)}`, rest, more, immutable ? '--force' : undefined];
  return words.filter((word) => word !== undefined).join(' ');
}

/** For a Secret in a manifest: what is to stand there. A docker config has a program of its own. */
function createText({ kind, name, namespace }: FindingObject, server: string | undefined): string {
  if (kind === 'File' && server !== undefined) return server.replace('--server', 'docker login');
  const from =
    kind === 'File'
      ? `regsecret create --from-file ${fileWord(name)}`
      : `regsecret create ${name}${scope({ namespace })}`;
  return [from, server, '--dry-run=client -o yaml'].filter((word) => word !== undefined).join(' ');
}

function isInManifest({ kind, file }: FindingObject): boolean {
  return file !== undefined && (kind === 'Secret' || kind === 'File');
}

/** The flag for the registry of the image that matters here. */
function here({ image }: FixContext): string | undefined {
  return image === undefined ? undefined : server(imageServer(image));
}

function server(name: string): string {
  return `--server ${serverWord(name)}`;
}

function setImage(object: FindingObject, way: Way, container: string, image: string): string {
  // Nothing has that image yet.
  if (object.kind === 'ServiceAccount') return `regsecret why${scope(object)} --image ${shellWord(image)}`;
  const pair = `${container || 'CONTAINER'}=${shellWord(image)}`;
  if (way.how === 'file') return `kubectl set image -f ${fileWord(way.file)} ${pair} --local -o yaml`;
  const target = way.how === 'template' ? way.target : object;
  return `kubectl set image ${target.kind.toLowerCase()}/${target.name} ${pair}${scope(object)}`;
}

function watch(object: FindingObject): string {
  return object.kind === 'Pod'
    ? `kubectl get pod ${object.name}${scope(object)} --watch`
    : `kubectl get pods${scope(object)} --watch`;
}

function edit(object: FindingObject): string {
  if (object.file !== undefined) return editFile(object);
  return `kubectl edit ${object.kind.toLowerCase()} ${object.name}${scope(object)}`;
}

/** The place in the manifest, in the editor of whoever pastes it. */
export function editFile({ file = '-', line = 1 }: FindingObject): string {
  return `"\${EDITOR:-vi}" +${line} ${fileWord(file)}`;
}

function scope({ namespace }: { readonly namespace?: string | undefined }): string {
  return namespace === undefined || namespace === '' ? '' : ` -n ${namespace}`;
}
