/** The contents of a Secret for people and programs, without passwords unless they are asked for. */
import { encodeBase64 } from '../codec/go/base64.ts';
import { encodeUtf8 } from '../codec/go/utf8.ts';
import type { ContentEntry, Contents } from '../secret/contents.ts';
import { coverageOf } from '../secret/coverage.ts';
import { shownServer } from '../secret/display-server.ts';
import { type End, endsIn } from '../secret/expiry.ts';
import type { KubeletEntry } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { rfc3339 } from '../text/time.ts';
import type { Usage } from '../workloads/references.ts';
import type { Finding } from './finding.ts';

/**
 * The JSON of `inspect -o json`. `auths` is that of a docker config. With `--reveal` it holds the logins, and the whole JSON can
 * be used as a docker config, because docker and podman ignore the rest.
 */
export interface Inspection {
  readonly auths: Readonly<Record<string, InspectedEntry>>;
  readonly secret: {
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly type: string;
    readonly createdAt?: string | undefined;
  };
  /** Left out when the users were not looked up. */
  readonly usedBy?: Usage | undefined;
  readonly findings: readonly Finding[];
}

export interface InspectedEntry {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  /** With `--reveal`. */
  readonly password?: string | undefined;
  /** With `--reveal`: base64 of user name, colon and password, byte for byte. */
  readonly auth?: string | undefined;
  /** Equal for equal logins, but only for one person on one machine. */
  readonly fingerprint?: string | undefined;
  /** In words: the images that the entry is for. */
  readonly images: string;
  /** RFC 3339. */
  readonly expiresAt?: string | undefined;
  /** Why the kubelet cannot decode it. */
  readonly error?: string | undefined;
}

export interface InspectionOptions {
  readonly usage: Usage | undefined;
  readonly findings: readonly Finding[];
  readonly reveal: boolean;
  readonly fingerprint: (login: KubeletEntry) => string;
}

/** What `inspect` shows of `secret`; passwords only with `reveal`. */
export function inspectionOf(secret: Secret, contents: Contents, options: InspectionOptions): Inspection {
  const { namespace, name = '', creationTimestamp } = secret.metadata;
  const endOf = endsIn(secret);
  return {
    auths: Object.fromEntries(
      contents.entries.map((entry) => [
        options.reveal ? entry.server : shownServer(entry.server),
        inspectedEntry(entry, endOf(entry), options),
      ]),
    ),
    secret: {
      namespace,
      name,
      type: contents.type,
      createdAt: creationTimestamp,
    },
    usedBy: options.usage,
    findings: options.findings,
  };
}

function inspectedEntry(
  entry: ContentEntry,
  end: End | undefined,
  { reveal, fingerprint }: InspectionOptions,
): InspectedEntry {
  const { server, login, error } = entry;
  return {
    ...(login && loginFields(login, reveal, fingerprint)),
    images: coverageOf(server),
    expiresAt: end && rfc3339(end.at),
    error,
  };
}

function loginFields(login: KubeletEntry, reveal: boolean, fingerprint: (login: KubeletEntry) => string) {
  const { username, password, email } = login;
  const hasSecret = password !== '';
  return {
    username: username || undefined,
    email: email || undefined,
    password: reveal && hasSecret ? password : undefined,
    auth: reveal && hasSecret ? encodeBase64(encodeUtf8(`${username}:${password}`)) : undefined,
    fingerprint: hasSecret ? fingerprint(login) : undefined,
  };
}
