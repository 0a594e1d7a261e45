/** What registries are asked about: a login, or an image with a login or without one. */

import type { Contents } from '../secret/contents.ts';
import type { PasswordLogin } from '../secret/credential.ts';
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { type ImageReference, imageName, parseImage } from '../secret/image.ts';
import { buildKeyring, lookup } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { type AssignedLogin, assignLogin } from './login-permission.ts';

export interface Question {
  /** The registry is taken from it. */
  readonly server: string;
  /** Undefined to ask without a login. */
  readonly login: AssignedLogin | undefined;
  /** Left out to ask only whether the login is good. */
  readonly image?: ImageReference | undefined;
}

/** The key of a question. It holds the password, so it is only for maps. */
export function questionKey({ server, login, image }: Question): string {
  return JSON.stringify([server, login, image]);
}

/** The registry in the key of a question. */
export function keyServer(key: string): string {
  return `${(JSON.parse(key) as unknown[])[0]}`;
}

/** The question for `image`, with a login or without one. */
export function imageQuestion(image: ImageReference, login: Question['login']): Question {
  const server = imageName(image).split('/', 1)[0] ?? '';
  return { server, login, image };
}

export interface VerifyQuestion {
  /** `namespace/name` of the Secret, or its name alone. */
  readonly source: string;
  /** What to ask: a server as it is written, or the registry of an image. */
  readonly server: string;
  /** The server as it is shown. Undefined for the pull without any credential. */
  readonly shown?: ShownServer | undefined;
  readonly username?: string | undefined;
  readonly login: AssignedLogin | undefined;
  readonly image?: { readonly text: string; readonly reference: ImageReference } | undefined;
}

/** One question for each entry that can be read. */
export function loginQuestions(secret: Secret, { entries }: Contents): VerifyQuestion[] {
  return entries.flatMap(({ server, login }) =>
    login === undefined
      ? []
      : [{ source: sourceName(secret), server, shown: shownServer(server), ...ownLogin(login, server, undefined) }],
  );
}

/**
 * The candidates for `text`, an image as written in a pod that lists `secrets`, in the order in which they are tried; the
 * pull without a credential when there is none. Throws KeyringError and ImageReferenceError.
 */
export function imageQuestions(secrets: readonly Secret[], text: string): VerifyQuestion[] {
  const reference = parseImage(text);
  const image = { text, reference };
  const server = imageName(reference).split('/', 1)[0] ?? '';
  const candidates = lookup(buildKeyring(secrets), text);
  if (candidates.length === 0) return [{ source: '', server, login: undefined, image }];
  return candidates.map(({ server: entry, source, username, password }) => ({
    source: sourceName({ metadata: source }),
    server,
    shown: shownServer(entry),
    ...ownLogin({ username, password }, entry, reference),
    image,
  }));
}

/** The login of a Secret that is named on the command line. */
function ownLogin(
  { username, password }: PasswordLogin,
  key: string,
  image: ImageReference | undefined,
): Pick<VerifyQuestion, 'username' | 'login'> {
  return { username, login: assignLogin({ username, password }, { key, owner: 'person', image }) };
}

/** `namespace/name`, or the name alone if it has no namespace. */
export function sourceName({ metadata: { namespace, name = '' } }: Pick<Secret, 'metadata'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** At most this many logins of one Secret, or for one pull, are sent to registries: a Secret may have 25,000. */
export const MAX_LOGINS_ASKED = 20;
