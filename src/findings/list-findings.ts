/** What is wrong with a list of pull secrets: arguments, sentence and fix. The object is the pod or the workload. */

import { andThen, type Command, command } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { displayServer, type ShownServer } from '../secret/display-server.ts';
import { imageServer } from '../secret/server.ts';
import { describeAbsent } from '../verify/near-tags.ts';
import { describeAccepted } from '../verify/verdict.ts';
import { targetWord } from '../workloads/object-ref.ts';
import { changeCommand, type Remedy, renewCommand, stepCommand } from '../workloads/remedy.ts';
import { formatRollout, type RolloutState, type TemplateChange } from '../workloads/rollout.ts';
import {
  ANY,
  describeLacked,
  error,
  type FindingObject,
  type LackedAnnotations,
  type MeantImage,
  some,
  UNPLACED,
  type UsableSecret,
  warning,
} from './finding-record.ts';
import { editFile, editKept, giveLogin } from './pod-commands.ts';
import { createSecretCommand } from './secret-commands.ts';

/** For a pod that keeps the list, or the image, that it was created with. */
export interface OutdatedPod extends RolloutState {
  readonly image: string;
  readonly remedy: Remedy;
}

export const LIST_FINDINGS = {
  /** `account` may name the Secret, but is not in the manifests. */
  'no-pull-secret': error<
    UsableSecret & {
      readonly image: string;
      readonly account?: string | undefined;
      readonly lacks?: LackedAnnotations | undefined;
      readonly remedy: Remedy;
    }
  >({
    identity: ['image'],
    says: ({ image, usable, account, absent, lacks }, object, { object: { file } }) => {
      if (file === undefined || usable === undefined)
        return `${object} has no pull secret, and ${image} ${usable === undefined ? REFUSED_BARE : 'needs a login'}${absent ? describeAbsent(usable) : ''}${describeLacked(lacks)}`;
      const unseen = account === undefined ? '' : `; serviceaccount ${account} may use it, but is not in these files`;
      return `${object} has no pull secret, and secret ${usable} in these files has a login for ${image}${unseen}`;
    },
    fix: ({ image, usable, remedy }) => giveLogin(remedy, image, usable),
  }),
  /** `secrets` is the list, in order. If it is only tried with an image, its first Secret is the object, without a `remedy`. */
  'no-entry': error<
    UsableSecret &
      MeantImage & {
        readonly image: string;
        readonly secrets: readonly string[];
        /** The first servers of their entries, and how many more there are. */
        readonly servers: readonly ShownServer[];
        readonly moreServers?: number | undefined;
        readonly remedy?: Remedy | undefined;
      }
  >({
    identity: ['image', 'servers'],
    says: (args, object, { object: { kind } }) => {
      const { image, secrets, servers, moreServers = 0, usable, absent } = args;
      const [s, has] = secrets.length < 2 ? ['', 'has'] : ['s', 'have'];
      const tried = s === '' ? object : `secrets ${some(secrets)}`;
      const who = kind === 'Secret' ? tried : `pull secret${s} ${some(secrets)} of ${object}`;
      const others = some(servers.map(displayServer), servers.length + moreServers);
      const there = servers.length === 0 ? 'and none for other images' : `only for ${others}`;
      return `${who} ${has} no entry for ${image}, ${there}${absent ? describeAbsent(usable) : ''}`;
    },
    fix: ({ image, usable, remedy, secrets }, object, context) => {
      const [secret] = secrets;
      if (remedy !== undefined && (usable !== undefined || secret === undefined))
        return giveLogin(remedy, image, usable);
      return createSecretCommand(
        { ...object, kind: 'Secret', name: secret ?? object.name },
        context,
        imageServer(image),
      );
    },
  }),
  /** The service account got the Secrets after the pod was created. */
  'attached-later': error<OutdatedPod & { readonly account: string; readonly secrets: readonly string[] }>({
    identity: ['image', 'rollout'],
    kubeletSays: ANY,
    says: ({ account, secrets, ...replaced }, object) =>
      `${object} was created before ${some(secrets)} was added to serviceaccount ${account}, and keeps its original imagePullSecrets${formatRollout(replaced)}`,
    // A paused Deployment, too, creates its pods with the list that the service account has now.
    fix: (args, object) => renewPod(args, object, args.secrets[0]),
  }),
  /** The template has another list now, or another image. */
  'outdated-pod': error<OutdatedPod & TemplateChange>({
    identity: ['image', 'rollout'],
    kubeletSays: [...ANY, 'invalid name', 'platform', 'never'],
    says: ({ image, template, changed, newFails, ...replaced }, object) =>
      `${object} was created before the ${changed ?? 'imagePullSecrets'} of ${template} changed, and keeps its original ${changed ? `image ${image}` : 'imagePullSecrets'}${newFails ? '; a new pod cannot pull the image either' : formatRollout(replaced)}`,
    fix: (args, object) => {
      const { remedy, newFails, stuck, rollout } = args;
      if (remedy.how !== 'template') return renewPod(args, object);
      const { target, next } = remedy;
      if (newFails) return command`regsecret why ${targetWord(target)} ${scope(object.namespace)}`;
      // A paused Deployment creates new pods from the old template.
      const isPaused = next?.step === 'resume' && stuck === undefined && rollout === undefined;
      return isPaused ? stepCommand(next, target) : renewPod(args, object);
    },
  }),
  /** The pod has its own list, so the list of the service account, which opens the image, does not count. */
  'own-list': error<{
    readonly image: string;
    readonly own: readonly string[];
    readonly account: string;
    readonly usable: string;
    readonly remedy: Remedy;
  }>({
    identity: ['image'],
    says: ({ own, account, usable, image }, object) =>
      `${object} has its own imagePullSecrets (${some(own)}), so ${usable} of serviceaccount ${account}, which has a login for ${image}, is ignored`,
    fix: ({ usable, remedy }) => changeCommand('attach', remedy, usable),
  }),
  /** An entry without a name. `usable`: a Secret of the account that the entry hides. */
  'empty-name': warning<{
    readonly account?: string | undefined;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  }>({
    says: ({ account, usable }, object) =>
      usable === undefined
        ? `imagePullSecrets of ${object} has an entry without a name`
        : `imagePullSecrets of ${object} has only an entry without a name, so imagePullSecrets of serviceaccount ${account} is ignored; ${usable} is there`,
    fix: ({ usable, remedy }, object) =>
      usable === undefined ? editKept(object, remedy) : changeCommand('attach', remedy, usable),
  }),
  'duplicate-name': warning<{ readonly secret: string; readonly remedy: Remedy }>({
    identity: ['secret'],
    isAdvice: true,
    says: ({ secret }, object) => `${object} references the pull secret ${secret} more than once`,
    fix: ({ secret, remedy }, object) =>
      object.file === undefined ? changeCommand('attach', remedy, secret) : editFile(object),
  }),
  /** The service account allows only the Secrets of its list (`enforce-mountable-secrets`). */
  'not-mountable': error<{ readonly secret: string; readonly account: string }>({
    identity: ['secret'],
    says: ({ secret, account }, object) =>
      `pods of ${object} are rejected: serviceaccount ${account} enforces its imagePullSecrets (enforce-mountable-secrets), and secret ${secret} is not in it`,
    fix: ({ secret, account }, { namespace }) => attachTo(account, secret, namespace),
  }),
  'missing-account': error<
    UsableSecret & {
      readonly account: string;
      /** In manifests: some objects that use an account of that name, and their namespaces. This account names none. */
      readonly usedBy?: readonly string[] | undefined;
      readonly elsewhere?: { readonly namespaces: readonly string[] } | undefined;
    }
  >({
    subject: ({ account }, { namespace }) => [namespace, account],
    oneEach: true,
    says: ({ account, usedBy = [], elsewhere }, object) =>
      elsewhere === undefined
        ? `pods of ${object} are rejected: serviceaccount ${account} does not exist`
        : `${object} ${UNPLACED}, but ${some(usedBy)} ${usedBy.length === 1 ? 'uses' : 'use'} the one of ${some(elsewhere.namespaces)}`,
    // The Secret that its pods need is attached to it, if that is known.
    fix: ({ account, usable }, { namespace }) => {
      const create = command`kubectl create serviceaccount ${nameWord(account)} ${scope(namespace)}`;
      return andThen(create, usable === undefined ? undefined : attachTo(account, usable, namespace));
    },
  }),
  'different-credentials': warning<{
    readonly server: ShownServer;
    readonly secrets: readonly string[];
    readonly usernames: readonly string[];
    /** The Secrets whose login is accepted. Left out if that is not known. */
    readonly works?: readonly string[] | undefined;
    readonly remedy: Remedy;
    /** How many more servers have several logins. They are not listed. */
    readonly more?: number | undefined;
  }>({
    identity: ['server'],
    isAdvice: true,
    says: ({ server, secrets, usernames, works, more }, object) =>
      `${object} has several logins for ${displayServer(server)} (${usernames.map((name, index) => `${name || 'no user'} in ${secrets[index]}`).join(', ')}), which the kubelet tries in turn; ${describeAccepted(displayServer(server), works)}${more === undefined ? '' : `; the same applies to ${more} more servers`}`,
    // A login that does not work is detached. If it is not known which one is needed, they are verified, or the manifest opened.
    fix: ({ secrets, works, remedy }, object) => {
      // Of several logins that are accepted, only one may be allowed to pull the image.
      const idle = works && secrets.findLast((name) => !works.includes(name));
      if (idle !== undefined) return changeCommand('detach', remedy, idle);
      if (object.file !== undefined) return editFile(object);
      return command`regsecret verify ${[...new Set(secrets)].map(nameWord)} ${scope(object.namespace)}`;
    },
  }),
};

/** Registries give the same answer about an image that is closed and one that does not exist. */
const REFUSED_BARE = 'is refused without a login (it is private, or does not exist)';

function attachTo(account: string, secret: string, namespace: string | undefined): Command {
  return lineOf({ do: 'attach', secret, namespace, account });
}

/** Recreates the pod, unless a roll-out already does: a restart would begin another one. */
function renewPod({ remedy, rollout, stuck }: OutdatedPod, object: FindingObject, secret?: string): Command {
  if (remedy.how !== 'template') return renewCommand(remedy, secret, object);
  const target = command`${targetWord(remedy.target)} ${scope(object.namespace)}`;
  // `describe quota` says how much of the quota is used.
  if (stuck?.includes('exceeded quota')) return command`kubectl describe quota ${scope(object.namespace)}`;
  if (stuck !== undefined) return command`kubectl describe ${target}`;
  if (rollout !== undefined) return command`kubectl rollout status ${target}`;
  return renewCommand(remedy, secret, object);
}
