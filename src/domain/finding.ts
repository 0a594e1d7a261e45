/** What is wrong somewhere, as data; the sentences and the commands that mend it are made here and nowhere else. */
import type { PullKindName } from './pull-kind.ts';
import type { PullSecretType } from './secret.ts';
import { DOCKER_HUB, displayServer } from './server.ts';

export type Severity = 'error' | 'warning';

/** What a finding is about. The namespace is missing in manifests that name none. */
export interface FindingObject {
  readonly kind: PullKindName | 'Secret';
  readonly namespace?: string;
  readonly name: string;
}

/** The arguments of each finding, by its code. Times are RFC 3339 in UTC; servers are shown without user info. */
export interface FindingArguments {
  /** Somebody refers to it. */
  readonly 'missing-secret': Record<never, never>;
  /** `dataKey` is there when a docker config is in the Secret all the same. */
  readonly 'wrong-type': { readonly type: string; readonly dataKey?: string };
  readonly 'no-payload': { readonly type: string; readonly dataKey: string };
  /** The content has the form that belongs to the type `form`. */
  readonly 'wrong-form': { readonly type: string; readonly form: PullSecretType };
  readonly 'unreadable-payload': { readonly error: string };
  readonly 'unreadable-entry': { readonly server: string; readonly error: string };
  readonly 'no-login': Record<never, never>;
  /** The logins are not in it, but in a credential store on somebody's machine. */
  readonly 'credential-store': { readonly helpers: readonly string[] };
  readonly 'empty-entry': { readonly server: string };
  readonly 'identity-token': { readonly server: string };
  readonly 'incomplete-entry': { readonly server: string; readonly missing: 'user name' | 'password' };
  readonly 'opens-nothing': { readonly server: string; readonly reason: string; readonly proposal?: string };
  readonly 'unusual-server': { readonly server: string; readonly reason: string; readonly proposal?: string };
  readonly 'shadowed-entry': { readonly server: string; readonly by: string };
  readonly 'same-key': { readonly servers: readonly string[]; readonly key: string };
  readonly 'white-space': { readonly server: string; readonly field: 'user name' | 'password' };
  /** `by` the annotation: as regsecret noted it; somebody may have replaced the credential since. */
  readonly expired: { readonly server: string; readonly at: string; readonly by: 'itself' | 'annotation' };
  readonly 'expires-soon': { readonly server: string; readonly at: string; readonly by: 'itself' | 'annotation' };
}

export type FindingCode = keyof FindingArguments;

export type Finding = {
  readonly [Code in FindingCode]: {
    readonly code: Code;
    readonly severity: Severity;
    readonly object: FindingObject;
    readonly arguments: FindingArguments[Code];
  };
}[FindingCode];

/** All others are errors: pods that depend on it do not pull. */
const WARNINGS: readonly FindingCode[] = ['unusual-server', 'shadowed-entry', 'same-key', 'expires-soon'];

export function finding<Code extends FindingCode>(
  code: Code,
  object: FindingObject,
  args: FindingArguments[Code],
): Finding {
  const severity = WARNINGS.includes(code) ? 'warning' : 'error';
  return { code, severity, object, arguments: args } as Finding;
}

/** `found` in one sentence, in lower case and without a full stop. */
export function formatFinding(found: Finding): string {
  const object = objectName(found.object);
  switch (found.code) {
    case 'missing-secret':
      return `${object} does not exist`;
    case 'wrong-type': {
      const { type, dataKey } = found.arguments;
      const what = dataKey === undefined ? '' : `, although it has a ${dataKey}`;
      return `${object} has the type ${type}, which the kubelet does not look at${what}`;
    }
    case 'no-payload':
      return `${object} has the type ${found.arguments.type} and nothing under ${found.arguments.dataKey}`;
    case 'wrong-form': {
      const { type, form } = found.arguments;
      return `${object} has the type ${type}, but its content has the form of ${form}, so the kubelet finds no login in it`;
    }
    case 'unreadable-payload':
      return `${object} cannot be decoded (${found.arguments.error}), and a pod that names it can use none of its pull secrets`;
    case 'unreadable-entry': {
      const { server, error } = found.arguments;
      return `the entry ${displayServer(server)} of ${object} cannot be decoded (${error}), and a pod that names it can use none of its pull secrets`;
    }
    case 'no-login':
      return `${object} holds no login`;
    case 'credential-store':
      return `${object} holds no login: the logins are in the credential store ${found.arguments.helpers.join(', ')} of the machine it comes from`;
    case 'empty-entry':
      return `the entry ${displayServer(found.arguments.server)} of ${object} is empty, so its images are pulled without a credential`;
    case 'identity-token':
      return `the entry ${displayServer(found.arguments.server)} of ${object} has only an identity token, which the kubelet ignores`;
    case 'incomplete-entry': {
      const { server, missing } = found.arguments;
      return `the entry ${displayServer(server)} of ${object} has no ${missing}, so its images are pulled without a credential`;
    }
    case 'opens-nothing':
      return `no image can match the entry ${displayServer(found.arguments.server)} of ${object}: ${found.arguments.reason}`;
    case 'unusual-server':
      return `the entry ${displayServer(found.arguments.server)} of ${object} may match no image that is meant: ${found.arguments.reason}`;
    case 'shadowed-entry': {
      const { server, by } = found.arguments;
      return `the entry ${displayServer(server)} of ${object} is not used for images that ${displayServer(by)} matches`;
    }
    case 'same-key': {
      const { servers, key } = found.arguments;
      return `the entries ${servers.map(displayServer).join(' and ')} of ${object} are one and the same to the kubelet (${key}), which tries them in any order`;
    }
    case 'white-space': {
      const { server, field } = found.arguments;
      return `the ${field} in the entry ${displayServer(server)} of ${object} ends in white space, which the kubelet sends with it`;
    }
    case 'expired':
    case 'expires-soon': {
      const { server, at, by } = found.arguments;
      const verb = found.code === 'expired' ? 'expired' : 'expires';
      const noted = by === 'annotation' ? ', as the annotation regsecret/expires-at says' : '';
      return `the credential for ${displayServer(server)} in ${object} ${verb} at ${at}${noted}`;
    }
  }
}

/** The command that mends it, ready to be pasted. */
export function fixFor(found: Finding): string {
  const { kind, namespace, name } = found.object;
  const flag = namespace === undefined ? '' : ` -n ${namespace}`;
  const create = `regsecret create ${name}${flag}`;
  switch (found.code) {
    case 'wrong-type':
    case 'wrong-form':
      return `${create} --force`;
    case 'missing-secret':
      return create;
    case 'unreadable-payload':
    case 'no-payload':
    case 'no-login':
    case 'credential-store':
      return `${create} --replace`;
    case 'unreadable-entry':
    case 'empty-entry':
    case 'identity-token':
    case 'incomplete-entry':
    case 'white-space':
    case 'expired':
    case 'expires-soon':
      return `${create} --server ${word(found.arguments.server)}`;
    case 'opens-nothing':
    case 'unusual-server':
      return `${create} --server ${word(found.arguments.proposal ?? 'REGISTRY')}`;
    case 'shadowed-entry':
      return `${create} --server ${word(found.arguments.by)}`;
    case 'same-key':
      return `kubectl edit ${kind.toLowerCase()} ${name}${flag}`;
  }
}

function objectName({ kind, namespace, name }: FindingObject): string {
  return `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** `text` as one word of a command line. */
function word(text: string): string {
  if (text === DOCKER_HUB) return 'docker.io';
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
