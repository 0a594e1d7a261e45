/** The sentence for each finding: in lower case, without a full stop, and no more than what was seen. */
import { displayServer, shownServer } from '../keyring/display-server.ts';
import { LAST_APPLIED } from '../pull-secret/last-applied.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { describeAbsent, describeTags } from '../verify/near-tags.ts';
import { describeAccepted } from '../verify/verdict.ts';
import { AT_NODE } from '../workloads/pull-error.ts';
import { describeFault } from '../workloads/pull-spec.ts';
import { formatRollout } from '../workloads/rollout.ts';
import { describeMeant, describeStale, placeIt, UNPLACED } from './elsewhere.ts';
import { describeObject, type Finding, type FindingCode, type FindingOf } from './finding.ts';
import type { Reporter } from './finding-arguments.ts';

/** `found` in one sentence. */
export function formatFinding(found: Finding): string {
  const text = TEXTS[found.code] as (found: Finding, object: string) => string;
  return text(found, describeObject(found.object));
}

/** One sentence for each code. `object` is the name of the object. */
type Texts = { readonly [Code in FindingCode]: (found: FindingOf<Code>, object: string) => string };

function undecodable(error: string, ignored = false): string {
  return `cannot be decoded (${error})${ignored ? '' : ', and a pod that names it can use none of its pull secrets'}`;
}

/** Follows the name of a Secret, or a count of `several`. `would`: the Secrets are not written yet. */
export function heldInAnnotation({ several = false, would = false } = {}): string {
  const verb = would ? 'would still have' : several ? 'still have' : 'still has';
  return `${verb} a login in the annotation ${LAST_APPLIED} that ${several ? 'their' : 'its'} data no longer holds`;
}

const TEXTS: Texts = {
  'missing-secret': ({ object: place, arguments: args }, object) => {
    const { unplaced, usedBy = [] } = args;
    // `2 pods` is one element, but plural.
    const isOne = usedBy.length === 1 && !usedBy[0]?.endsWith(' pods');
    const naming = `${some(usedBy)} ${isOne ? 'names' : 'name'}`;
    if (unplaced !== undefined) return `${naming} ${object}, but the one ${placeIt(unplaced, place.namespace)}`;
    const inFiles =
      usedBy.length === 0 ? `${object} is not in these files` : `${naming} ${object}, which is not in these files`;
    const text =
      place.file === undefined ? `${object} does not exist${usedBy.length === 0 ? '' : `, and ${naming} it`}` : inFiles;
    return `${text}${describeMeant(args, place.file)}`;
  },
  'wrong-type': ({ arguments: { type, dataKey } }, object) =>
    `${object} has the type ${type}, which the kubelet ignores${dataKey === undefined ? '' : `, although it has a ${dataKey}`}`,
  'no-payload': ({ arguments: { type, dataKey } }, object) =>
    `${object} has the type ${type} and nothing under ${dataKey}`,
  'wrong-format': ({ arguments: { type, form } }, object) =>
    `${object} has the type ${type}, but its content is that of ${form}, so the kubelet finds no login in it`,
  'unreadable-payload': ({ arguments: { error, ignored } }, object) => `${object} ${undecodable(error, ignored)}`,
  'unreadable-entry': ({ arguments: { server, error, ignored } }, object) =>
    `the entry ${displayServer(server)} of ${object} ${undecodable(error, ignored)}`,
  'no-login': (_, object) => `${object} holds no login`,
  'credential-store': ({ arguments: { helpers } }, object) =>
    `${object} holds no login: the logins are in the ${nounFor(helpers.length, 'credential store')} ${helpers.join(', ')} of the machine it comes from`,
  'empty-entry': ({ arguments: { server } }, object) =>
    `the entry ${displayServer(server)} of ${object} is empty, so its images are pulled without a credential`,
  'identity-token': ({ arguments: { server } }, object) =>
    `the entry ${displayServer(server)} of ${object} has only an identity token, which the kubelet ignores`,
  'incomplete-entry': ({ arguments: { server, missing } }, object) =>
    `the entry ${displayServer(server)} of ${object} has no ${missing}, so its images are pulled without a credential`,
  'opens-nothing': ({ arguments: { server, reason } }, object) =>
    `no image can match the entry ${displayServer(server)} of ${object}: ${aboutIt(reason, server)}`,
  'unusual-server': ({ arguments: { server, reason } }, object) =>
    `the entry ${displayServer(server)} of ${object} probably does not match the images you meant: ${aboutIt(reason, server)}`,
  'shadowed-entry': ({ severity, arguments: { server, by, bySecret } }, object) => {
    const other = `${displayServer(by)}${bySecret === undefined ? '' : ` in secret ${bySecret}`}`;
    return severity === 'error'
      ? `the login for ${other} is rejected, and the entry ${displayServer(server)} of ${object} is not tried where that one matches`
      : `the entry ${displayServer(server)} of ${object} is not used for images that ${other} matches`;
  },
  'same-key': ({ arguments: { servers, key } }, object) =>
    `the entries ${servers.map(displayServer).join(' and ')} of ${object} are the same server to the kubelet (${key}), which tries them in no fixed order`,
  'white-space': ({ arguments: { server, field } }, object) =>
    `the ${field} in the entry ${displayServer(server)} of ${object} ends in white space, which the kubelet sends as part of it`,
  'ignored-login': ({ severity, arguments: { server } }, object) =>
    `the entry ${displayServer(server)} of ${object} ${severity === 'error' ? 'has a login that is rejected, and one' : 'also has a login'} that the kubelet ignores (it prefers auth to username and password)`,
  expired: (found, object) => expiry(found, object, 'expired'),
  'expires-soon': (found, object) => expiry(found, object, 'expires'),
  'login-in-annotation': (_, object) => `${object} ${heldInAnnotation()}`,
  'stale-copy': (found, object) => describeStale(found.object, object, found.arguments),
  'orphaned-copy': ({ arguments: { source } }, object) =>
    `${object} is marked as a copy of ${source.namespace}/${source.name}, which does not exist`,
  'duplicate-secret': ({ arguments: { last } }, object) =>
    `${object} is also in ${last.file === '-' ? 'stdin' : last.file}:${last.line}; the last one that is applied wins, so pods get only the logins there`,

  'credential-rejected': ({ arguments: { server, username, status, said } }, object) =>
    `${displayServer(server)} rejects the login${of(username)} in ${object} (${saying(said, status)})`,
  'no-access': ({ arguments: { server, username, image, status, said } }, object) =>
    status !== undefined
      ? `the registry of ${image} answers ${status} Forbidden (${saying(said)}): it does not let the login${of(username)} in ${object} pull the image, or has no such repository, or is no registry`
      : `${displayServer(server)} knows the login${of(username)} in ${object}, but does not let it pull ${image}, or has no such repository (${saying(said)})`,
  'public-image-refused': ({ arguments: { server, username, image, at } }, object) =>
    `${image} is public, but ${displayServer(server)} rejects the login${of(username)} in ${object}, and a kubelet that has a login does not try without it (asked from here at ${at})`,
  'other-images': ({ arguments: { server, image, difference } }, object) =>
    `${object} has no login for ${image}: its entry ${displayServer(server)} ${DIFFERENCES[difference](server, image)}`,

  'no-pull-secret': ({ object: { file }, arguments: { image, usable, account, absent } }, object) => {
    if (file === undefined || usable === undefined)
      return `${object} has no pull secret, and ${image} needs a login${absent ? describeAbsent(usable) : ''}`;
    const unseen = account === undefined ? '' : `; serviceaccount ${account} may name it, but is not in these files`;
    return `${object} has no pull secret, and secret ${usable} in these files has a login for ${image}${unseen}`;
  },
  'no-entry': ({ object: { kind }, arguments: args }, object) => {
    const { image, secrets, servers, moreServers = 0, usable, absent } = args;
    const isOne = kind === 'Secret' && secrets.length < 2;
    const tried = isOne ? `${object} has no entry` : `none of the secrets ${some(secrets)} has an entry`;
    const none = kind === 'Secret' ? tried : `no pull secret of ${object} (${some(secrets)}) has an entry`;
    const there = servers.length === 0 ? 'none at all' : some(servers.map(displayServer), servers.length + moreServers);
    return `${none} for ${image}: ${isOne ? 'it has' : 'they have'} ${there}${absent ? describeAbsent(usable) : ''}`;
  },
  'attached-later': ({ arguments: { account, secrets, ...replaced } }, object) =>
    `${object} was created before ${some(secrets)} was added to serviceaccount ${account}, and keeps its original list${formatRollout(replaced)}`,
  'outdated-pod': ({ arguments: { image, template, changed, newFails, ...replaced } }, object) =>
    `${object} was created before the ${changed ?? 'list'} of ${template} was changed, and keeps its original ${changed ? `image ${image}` : 'list'}${newFails ? '; a new pod cannot pull the image either' : formatRollout(replaced)}`,
  'own-list': ({ arguments: { own, account, usable, image } }, object) =>
    `${object} has its own list of pull secrets (${some(own)}), so that of serviceaccount ${account} is ignored; ${usable} in it has a login for ${image}`,
  'empty-name': ({ arguments: { account, usable, text, whole } }, object) =>
    text !== undefined
      ? `the API server refuses ${object}: ${describeFault({ text, whole })}`
      : usable === undefined
        ? `the list of pull secrets of ${object} has an entry without a name`
        : `the list of pull secrets of ${object} has only an entry without a name, so the list of serviceaccount ${account} is ignored; ${usable} is in it`,
  'duplicate-name': ({ arguments: { secret } }, object) => `${object} names the pull secret ${secret} more than once`,
  'not-mountable': ({ arguments: { secret, account } }, object) =>
    `pods of ${object} are rejected: serviceaccount ${account} enforces its list (enforce-mountable-secrets), and secret ${secret} is not in it`,
  'missing-account': ({ arguments: { account, usedBy = [], elsewhere } }, object) =>
    elsewhere === undefined
      ? `pods of ${object} are rejected: serviceaccount ${account} does not exist`
      : `${object} ${UNPLACED}, but ${some(usedBy)} ${usedBy.length === 1 ? 'uses' : 'use'} the one of ${some(elsewhere.namespaces)}`,
  'different-credentials': ({ arguments: { server, secrets, usernames, works, more } }, object) =>
    `${object} has several logins for ${displayServer(server)} (${usernames.map((name, index) => `${name || 'nobody'} in ${secrets[index]}`).join(', ')}), which the kubelet tries in turn; ${describeAccepted(displayServer(server), works)}${more === undefined ? '' : `; the same goes for ${more} more servers`}`,

  'invalid-image': ({ arguments: { image, error } }, object) =>
    `${image || 'an empty string'} in ${object} is not a valid image name (${error})`,
  'image-not-found': ({ arguments: { image, missing, tags, anonymous, said } }) => {
    const shown = missing === 'repository' ? ', or does not show it to this login' : '';
    // A registry that lists the tags hides none.
    const hidden = anonymous ? (tags === undefined ? ', or its registry shows it only after a login' : '') : shown;
    const instead = tags === undefined ? '' : `; ${describeTags(tags)}`;
    return `image ${image} does not exist${missing === undefined ? '' : MISSING[missing]}${hidden} (${saying(said)})${instead}`;
  },
  'never-pulled': ({ arguments: { image, volume } }, object) =>
    `${object} may not pull ${image} (${volume ? 'pullPolicy' : 'imagePullPolicy'} Never), and its node does not have it, or has it for other credentials only`,
  'unverified-image': ({ arguments: { image, node, version, policy } }, object) =>
    `${image} is already on node ${node}, but its kubelet (${version}) requires a login for it all the same (KubeletEnsureSecretPulledImages), and ${object} has none${policy === 'Never' ? ' and may not pull it (imagePullPolicy Never)' : ''}`,
  'stale-secret': ({ arguments: { image, node, tried } }, object) =>
    `${object} opens ${image}, but ${tried ? '' : 'if it was immutable before, too, '}${onNode(node)} still uses the Secret of that name that was deleted: a kubelet does not read an immutable Secret again while a pod on its node names it`,
  'node-login-refused': ({ arguments: { image, node } }, object) =>
    `${object} has no login for ${image}, so ${onNode(node)} sent one of its own (a credential provider, or a docker config on the node), and that was refused; a login in a pull secret is tried first`,
  'rate-limited': ({ arguments: { image, anonymous, said } }) =>
    `the registry of ${image} limits the rate of pulls${anonymous ? ' without a login' : ''} (${saying(said)})`,
  'registry-unreachable': ({ severity, arguments: { registry, reason, at } }) =>
    `${registry} cannot be checked from here: ${reason} (at ${at}); ${severity === 'error' ? 'it refuses the node, too (says the kubelet)' : 'the node may be on another network'}`,
  'node-cannot-reach': ({ arguments: { registry, trouble, mirror } }) => {
    const place = mirror === undefined ? registry : `${mirror}, which it uses instead of ${registry}`;
    return trouble === 'mirror'
      ? `the node pulls from the mirror ${mirror}, which refuses, and not from ${registry}, which would allow it (says the kubelet)`
      : `the node cannot pull from ${place}: ${AT_NODE[trouble]} (says the kubelet); credentials are not the problem`;
  },
  'wrong-platform': ({ arguments: { image } }) =>
    `${image} is not available for the platform of the node (says the kubelet); credentials are not the problem`,
  'disk-full': ({ arguments: { node } }) =>
    `${onNode(node)} has no room left for the image (says the kubelet); credentials are not the problem`,
  'pull-postponed': ({ arguments: { image } }) =>
    `the kubelet delays the pull of ${image}, because it pulls too many images at once (pull QPS exceeded); it retries by itself`,
  'undecodable-list': ({ arguments: { secrets, error } }, object) =>
    `one of the pull secrets of ${object} (${some(secrets)}) cannot be decoded (${error}), so the kubelet uses none of them`,
  'unread-secrets': ({ arguments: { image, secrets, sent } }, object) =>
    `${SENT[sent]} for ${image} (says the kubelet), and you have no permission to read pull secrets of ${object}: ${some(secrets)}`,
  'retry-pending': ({ arguments: { image, secret } }) =>
    secret === undefined
      ? `${image} can be pulled now; the kubelet tries again within 5 minutes; this fails only if its node uses a mirror that does not have it`
      : `secret ${secret} was changed after the last attempt to pull ${image}; the kubelet tries again within 5 minutes`,
  unexplained: ({ arguments: { image, message, accepted } }, object) =>
    `${object} cannot pull ${image}, but nothing wrong can be seen from here${accepted ? '; its registry accepts the credential' : ''}; the kubelet says: ${message}`,
  'unseen-credential': ({ arguments: { image } }, object) =>
    `${object} runs, but no login that can be seen from here opens ${image}: its node has a credential of its own, or still has the image`,

  'fails-at-restart': ({ arguments: { image, cause } }, object) =>
    `${object} runs, but could not pull ${image} again: ${formatFinding(cause)}`,
  'unused-secret': (_, object) =>
    `no list of pull secrets names ${object}; volumes and environment variables were not looked at`,
  'same-content': ({ arguments: { others } }, object) => `${object} holds the same logins as ${some(others)}`,
  'unread-object': ({ arguments: { reason, bug } }, object) =>
    bug
      ? `${object} was not checked, because of a bug in regsecret (${reason})`
      : `${object} cannot be read: ${reason}`,
  'unreadable-file': ({ arguments: { error, chart, others = [] } }, object) => {
    const more = others.length === 0 ? '' : `, and so ${others.length === 1 ? 'does' : 'do'} ${some(others)}`;
    return `${object} cannot be read: ${error}${chart ? `; it seems to be the template of a chart${more}` : ''}`;
  },
};

const DIFFERENCES = {
  port: (server: string, image: string) => `has ${portOf(server)}, and the image has ${portOf(image)}`,
  path: () => 'has a path, and the name of the image does not begin with it',
  case: () => 'is written with other capital letters, and the kubelet is case-sensitive',
} as const;

function portOf(name: string): string {
  const port = /^(?:https?:\/\/)?[^/]*:(\d+)(?:\/|$)/.exec(name)?.[1];
  return port === undefined ? 'no port' : `port ${port}`;
}

const MISSING = {
  repository: ': its registry has no such repository',
  tag: ': its registry has the repository, but not this tag or digest',
} as const;

function onNode(node: string): string {
  return node === '' ? 'the node of the pod' : `node ${node}`;
}

const SENT = {
  nothing: 'no credential was sent',
  'a login': 'a login was sent and refused',
  unknown: 'the registry refused the pull',
} as const;

function expiry(found: FindingOf<'expired' | 'expires-soon'>, object: string, verb: string): string {
  const { server, at, by } = found.arguments;
  const noted = by === 'annotation' ? ', as the annotation regsecret/expires-at says' : '';
  return `the credential for ${displayServer(server)} in ${object} ${verb} at ${at}${noted}`;
}

function saying(said: Reporter, status?: number): string {
  const code = status === undefined ? '' : `HTTP ${status}, `;
  return said.by === 'kubelet' ? `${code}says the kubelet` : `${code}asked from here at ${said.at}`;
}

/** A reason begins with the server. The sentence has just named that, so `it` takes its place. */
function aboutIt(reason: string, server: string): string {
  const name = shownServer(server);
  return reason.startsWith(`${name} `) ? `it${reason.slice(name.length)}` : reason;
}

function of(username: string): string {
  return username === '' ? '' : ` of ${username}`;
}

function some(names: readonly string[], total = names.length): string {
  return many(names, { limit: 4, total });
}
