/** Why there is no login at all for an image. */

import { type DiagnosedSecret, isAboutWhole } from '../findings/diagnosed-secret.ts';
import { type Finding, finding, withSeverity } from '../findings/finding.ts';
import { isTyped } from '../findings/pod-commands.ts';
import { nearEntries } from '../secret/coverage.ts';
import { shownServer } from '../secret/display-server.ts';
import { nameOfImage } from '../secret/image.ts';
import { isDockerHub } from '../secret/keyring.ts';
import { isPullSecretType } from '../secret/secret.ts';
import { imageServer, registryOf } from '../secret/server.ts';
import { isTypedList, listContents, remedyOfList } from './effective-list.ts';
import type { Answer } from './facts.ts';
import {
  answersTo,
  elsewhereOf,
  fittingSecrets,
  foundIn,
  hiddenOf,
  type ImagePull,
  imagePull,
  nearName,
  readable,
  secretObject,
  stateOf,
  usableSecret,
} from './image-pull.ts';
import { lackedAnnotations } from './provider-annotations.ts';

type Rule = (pull: ImagePull) => Finding | undefined;

export const listRules: readonly Rule[] = [
  hiddenAccountList,
  missingSecret,
  uselessSecret,
  uselessServer,
  otherImages,
  unreadSecrets,
  noEntry,
  noPullSecret,
].map((rule: Rule) => (pull) => (pull.denied && pull.attempt.candidates.length === 0 ? rule(pull) : undefined));

/** What is likely wrong if the image needs a login. Undefined when a Secret of the list fits, or may not be read. */
export function suspicionOf(pull: ImagePull): Finding | undefined {
  if (pull.attempt.candidates.length > 0 || pull.attempt.forbidden.length > 0) return undefined;
  return hiddenAccountList(pull) ?? otherImages(pull) ?? noEntry(pull);
}

/** Admission copies the list of the service account only into pods without a list. An entry without a name makes a list. */
function hiddenAccountList(pull: ImagePull): Finding | undefined {
  const { object, puller, use, applied } = pull;
  const usable = foundIn(hiddenOf(pull));
  if (usable === undefined) return undefined;
  const { account, remedy } = puller;
  if (applied.names.length === 0) return finding('empty-name', object, { account, usable, remedy }, 'error');
  return finding('own-list', object, { image: use.image, own: applied.names, account, usable, remedy });
}

function missingSecret(pull: ImagePull): Finding | undefined {
  for (const name of pull.applied.names) {
    const found = missingFinding(pull, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A cause that an image on Docker Hub can have although it was meant to be elsewhere. */
const OF_HUB: readonly Finding['code'][] = ['no-entry', 'image-not-found', 'node-cannot-reach', 'registry-unreachable'];

/** `cause` with the image that was likely meant: its name has no registry, and the list has logins for another one only. */
export function withMeant(cause: Finding | undefined, pull: ImagePull): Finding | undefined {
  const { image } = pull.use;
  const name = nameOfImage(image);
  const isWritten = name === undefined || !isDockerHub(name) || /^[^/]*[.:][^/]*\//.test(image);
  if (cause === undefined || !OF_HUB.includes(cause.code) || isWritten || pull.attempt.candidates.length > 0)
    return cause;
  const servers = readable(pull).flatMap(({ contents }) => contents.entries.map(({ server }) => registryOf(server)));
  const [registry, ...others] = new Set(servers);
  if (registry === undefined || others.length > 0) return cause;
  return { ...cause, arguments: { ...cause.arguments, meantImage: `${registry}/${image}` } } as Finding;
}

/** Undefined for a Secret that is there, or may not be read. */
function missingFinding(pull: ImagePull, name: string): Finding | undefined {
  const state = stateOf(pull, name);
  if (state?.status !== 'missing') return undefined;
  const near = nearName({ namespace: pull.puller.ref.namespace, name }, pull.facts);
  const lacking = lackingLogin(pull, near === undefined ? undefined : [near]);
  const taken = lacking.usable ?? (near !== undefined && opensAnother(near, pull) ? near : undefined);
  return finding('missing-secret', secretObject(pull, name), {
    near,
    ...lacking,
    remedy: taken === undefined || isTypedList(pull.puller) ? undefined : remedyOfList(pull.puller, pull.facts),
    elsewhere: elsewhereOf(name, pull),
  });
}

/** Whether `near` opens another image of the pod that has no login either, and goes into the list for that. */
function opensAnother(near: string, { puller, use, facts }: ImagePull): boolean {
  return puller.images.some((other) => {
    if (other === use) return false;
    const pull = imagePull(puller, other, facts);
    return pull.denied && pull.attempt.candidates.length === 0 && lackingLogin(pull, [near]).usable !== undefined;
  });
}

function uselessSecret(pull: ImagePull): Finding | undefined {
  for (const { findings } of readable(pull)) {
    // Errors come first.
    const found = findings.find(isAboutWhole);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An entry that is meant for the image, but matches no image or only others. */
function uselessServer(pull: ImagePull): Finding | undefined {
  const host = bareHost(imageServer(pull.use.image));
  for (const state of readable(pull)) {
    const found = uselessServers(state).get(host);
    if (found !== undefined) return withSeverity(found, 'error');
  }
  return undefined;
}

const useless = new WeakMap<DiagnosedSecret, ReadonlyMap<string, Finding>>();

/** For each host that is likely meant, the first entry that does not match its images. */
function uselessServers(state: DiagnosedSecret): ReadonlyMap<string, Finding> {
  const known = useless.get(state);
  if (known !== undefined) return known;
  const byHost = new Map<string, Finding>();
  for (const found of state.findings) {
    if (found.code !== 'opens-nothing' && found.code !== 'unusual-server') continue;
    const { proposal } = found.arguments;
    if (proposal !== undefined && !byHost.has(bareHost(proposal))) byHost.set(bareHost(proposal), found);
  }
  useless.set(state, byHost);
  return byHost;
}

/** The host of `server`, without port and path. */
function bareHost(server: string): string {
  return (server.split('/', 1)[0] ?? '').split(':', 1)[0] ?? '';
}

function otherImages(pull: ImagePull): Finding | undefined {
  const { image } = pull.use;
  for (const { secret, contents } of readable(pull)) {
    const [near] = isPullSecretType(contents.type) ? nearEntries(contents, image) : [];
    if (near === undefined) continue;
    const { server, difference } = near;
    const args = { server: shownServer(server), image, difference, proposal: imageServer(image) };
    return finding('other-images', secretObject(pull, secret.metadata.name ?? ''), args);
  }
  return undefined;
}

function unreadSecrets({ object, use: { image }, attempt, pullError }: ImagePull): Finding | undefined {
  if (attempt.forbidden.length === 0) return undefined;
  const sent = pullError === 'no credential' ? 'nothing' : pullError === 'refused' ? 'a login' : 'unknown';
  return finding('unread-secrets', object, { image, secrets: attempt.forbidden, sent });
}

/** None of the Secrets of the list has a login for the image. Undefined without a list. */
export function noEntry(pull: ImagePull): Finding | undefined {
  const { object, puller, use, applied } = pull;
  if (applied.names.length === 0) return undefined;
  const [first = ''] = applied.names;
  const { servers, moreServers } = listContents(applied.names, puller.ref.namespace, pull.facts);
  const args = {
    image: use.image,
    secrets: applied.names,
    servers,
    moreServers: moreServers === 0 ? undefined : moreServers,
  };
  // The user asks about these Secrets, not which others there are.
  return isTypedList(puller)
    ? finding('no-entry', secretObject(pull, first), args)
    : finding('no-entry', object, { ...args, remedy: puller.remedy, ...lackingLogin(pull) });
}

function noPullSecret(pull: ImagePull): Finding | undefined {
  const { object, puller, use } = pull;
  const args = { image: use.image, lacks: lackedAnnotations(pull), remedy: puller.remedy };
  return finding('no-pull-secret', object, { ...args, ...lackingLogin(pull) });
}

/** The first of these Secrets that opens the image, or else one whose login the registry tells that the image does not exist. */
export function lackingLogin(
  pull: ImagePull,
  fitting = fittingSecrets(pull),
): { readonly usable?: string | undefined; readonly absent?: true } {
  const usable = foundIn(usableSecret(pull, fitting));
  if (usable !== undefined) return { usable };
  const told = fitting.find((name) => answersTo([name], pull).some(({ verdict }) => verdict.kind === 'not found'));
  return told === undefined ? {} : { usable: told, absent: true };
}

/** Answers to other logins of the namespace that the tag is missing. Only for a typed image, whose name is then what is wrong. */
export function missingTags(pull: ImagePull): Answer[] {
  if (!pull.denied || !isTyped(pull.object, pull.use.containers[0] ?? '')) return [];
  const told = fittingSecrets(pull).flatMap((name) => answersTo([name], pull));
  return told.filter(({ verdict }) => verdict.kind === 'not found' && verdict.missing === 'tag');
}
