/** What the kubelet does for a pull, step by step: list, Secrets, candidates, answers, status, events. */
import type { EventView, ImageView, LoginView, PullerView, SecretView } from '../../diagnosis/view.ts';
import type { FindingCode } from '../../findings/finding.ts';
import { describeVerdict } from '../../output/verdict-printer.ts';
import { describeOrigin } from '../../secret/copy.ts';
import { displayServer } from '../../secret/display-server.ts';
import { shortType } from '../../secret/secret.ts';
import { humanDuration } from '../../text/time.ts';
import type { Verdict } from '../../verify/verdict.ts';

/** The steps as lines for people. */
export function stepsOf(puller: PullerView, now: number): string[] {
  return [
    step('imagePullSecrets', listText(puller)),
    ...puller.secrets.map((secret) => step(`secret ${secret.name}`, secretText(secret))),
    ...puller.images.flatMap((image) => imageSteps(image, puller)),
    ...puller.events.map((event) => step('event', eventText(event, now))),
  ];
}

const WIDTH = 18;

function step(title: string, text: string): string {
  return `  ${title.padEnd(WIDTH)}  ${text}`;
}

function listText(puller: PullerView): string {
  const { added = [] } = puller.list;
  const each = added.map(({ name, policy }) => `; ${name} is added by mutatingadmissionpolicy ${policy}`);
  return `${writtenText(puller)}${each.join('')}`;
}

function writtenText({ list, serviceAccount, object }: PullerView): string {
  const names = list.names.join(', ');
  switch (list.from) {
    case 'own':
      return `${names || '(no names)'}, ${object.kind === 'Pod' ? 'in the pod itself' : 'in the template'}; those of serviceaccount ${serviceAccount} do not count`;
    case 'account':
      return `${names}, ${object.kind === 'Pod' ? 'the same as in' : 'of'} serviceaccount ${serviceAccount}`;
    case 'policy':
      return names;
    case 'none':
      return `empty; serviceaccount ${serviceAccount} had none either${object.kind === 'Pod' ? ' when the pod was created' : ''}`;
    case 'not known':
      return `not known: no permission to read serviceaccount ${serviceAccount}`;
  }
}

export const SECRET_STATES = { missing: 'does not exist', 'not readable': 'cannot be read (no permission)' } as const;

function secretText({ state, type = '', entries = [], moreEntries, copyOf }: SecretView): string {
  if (state !== 'there') return SECRET_STATES[state];
  const shown = entries.map(({ server, username, error }) => {
    const who = error === undefined ? (username ?? 'no user') : 'cannot be decoded';
    return `${displayServer(server)} (${who})`;
  });
  return `${shortType(type)}: ${shown.join(', ') || 'no entries'}${moreEntries === undefined ? '' : ` and ${moreEntries} more`}${copyOf === undefined ? '' : `; ${describeOrigin(copyOf)}`}`;
}

function imageSteps(image: ImageView, puller: PullerView): string[] {
  const { candidates, withoutLogin, kubelet, policy, containers } = image;
  const head = puller.images.length > 1 ? [step('image', image.image)] : [];
  const tries = candidates.map((login, index) => {
    const asked = login.askedAt === undefined ? '' : `, checked at ${login.askedAt}`;
    return step(`try ${index + 1}`, `${loginText(login)}${asked}`);
  });
  const none = candidates.length === 0 ? [step('try 1', withoutCandidates(image, puller))] : [];
  const anonymous =
    withoutLogin === undefined
      ? []
      : [
          step(
            'without a login',
            `the registry ${nobodyText(withoutLogin.verdict)}, checked at ${withoutLogin.askedAt}`,
          ),
        ];
  const status = kubelet === undefined ? [] : [step('kubelet', statusText(kubelet))];
  return [
    ...head,
    step('policy', [policy, ...(containers.some(Boolean) ? [`for ${containers.join(', ')}`] : [])].join(', ')),
    ...none,
    ...tries,
    ...anonymous,
    ...status,
  ];
}

/** More logins than these are shown only with `-v`. */
const MAX_LOGINS = 5;

/** The login for an image that no pod has yet. Several logins are in the order in which they are tried. */
export function loginLines({ state, candidates, withoutLogin, outcome, cause }: ImageView): string[] {
  const more = candidates.length - MAX_LOGINS;
  const isSaid = candidates.length === 1 && cause?.object.kind === 'Secret';
  // A registry that does not ask for a login gets none, and the cause says so.
  const isUnsent = candidates.some(({ verdict }) => verdict?.kind === 'anonymous' && verdict.status !== undefined);
  if (state !== 'not used' || isSaid || isUnsent) return [];
  if (candidates.length === 0 && outcome === 'will pull' && withoutLogin !== undefined)
    return [`  login: none, the registry ${nobodyText(withoutLogin.verdict)}`];
  return [
    ...candidates
      .slice(0, MAX_LOGINS)
      .map((login, index) => `  ${candidates.length === 1 ? 'login' : `try ${index + 1}`}: ${loginText(login)}`),
    ...(more > 0 ? [`  and ${more} more (-v shows them)`] : []),
  ];
}

/** The login that would be used if the list had the Secret of the proposed command. */
export function proposedLines({ proposed = [] }: ImageView): string[] {
  if (proposed.length === 0) return [];
  const some = proposed.slice(0, MAX_LOGINS).map((login) => `  with secret ${login.secret}: ${loginText(login, '')}`);
  return ['  login: none', ...some];
}

function loginText({ secret, server, username, verdict }: LoginView, place = ` in secret ${secret}`): string {
  const answer = verdict === undefined ? 'was not checked' : describeVerdict(verdict);
  return `${username || 'no user'}${place}, for ${displayServer(server)}: the registry ${answer}`;
}

function withoutCandidates({ cause, policy }: ImageView, { secrets, list }: PullerView): string {
  if (cause !== undefined && UNDECODABLE.includes(cause.code)) return 'nothing: a pull secret cannot be decoded';
  if (cause?.code === 'invalid-image') return 'nothing: it is not a valid image name';
  if (policy === 'Never') return 'nothing: the kubelet does not pull it';
  const isUnknown = list.from === 'not known' || secrets.some(({ state }) => state === 'not readable');
  return isUnknown ? 'unknown: no permission to read the pull secrets' : 'without a login: no entry matches';
}

const UNDECODABLE: readonly FindingCode[] = ['unreadable-payload', 'unreadable-entry', 'undecodable-list'];

function nobodyText(verdict: Verdict): string {
  if (verdict.kind !== 'anonymous' || verdict.result === undefined || verdict.status !== undefined)
    return describeVerdict(verdict);
  return verdict.result === 'pulls' ? 'lets everyone pull the image' : 'refuses';
}

function statusText({ reason, message }: NonNullable<ImageView['kubelet']>): string {
  return reason === message ? message : `${reason}: ${message}`;
}

function eventText({ reason, message, count, at }: EventView, now: number): string {
  const times = count > 1 ? ` ×${count}` : '';
  return `${reason}${times}, ${humanDuration(now - Date.parse(at))} ago: ${message}`;
}
