/** What a registry says to a login: for each code its arguments, its sentence and its fix. The object is the Secret. */
import { displayServer, type ShownServer } from '../secret/display-server.ts';
import { ANY, error, REFUSED, type Reporter, saying } from './finding-record.ts';
import { createSecretCommand } from './secret-commands.ts';
import { entryFix } from './secret-findings.ts';

export interface EntryLogin {
  readonly server: ShownServer;
  readonly username: string;
}

export type LoginRefusal = EntryLogin & { readonly status?: number | undefined; readonly said: Reporter };

export const LOGIN_FINDINGS = {
  'credential-rejected': error<LoginRefusal>({
    identity: ['server', 'username'],
    kubeletSays: REFUSED,
    isKubelets: ({ said }) => said.by === 'kubelet',
    says: ({ server, username, status, said }, object) =>
      `${displayServer(server)} rejects the login${of(username)} in ${object} (${saying(said, status)})`,
    fix: entryFix,
  }),
  'no-access': error<LoginRefusal & { readonly image: string }>({
    identity: ['server', 'username'],
    kubeletSays: ANY,
    isKubelets: ({ said }) => said.by === 'kubelet',
    says: ({ server, username, image, status, said }, object) =>
      status !== undefined
        ? `the registry of ${image} answers ${status} Forbidden (${saying(said)}): it does not let the login${of(username)} in ${object} pull the image, or has no such repository, or is no registry`
        : `${displayServer(server)} knows the login${of(username)} in ${object}, but does not let it pull ${image}, or has no such repository (${saying(said)})`,
    fix: entryFix,
  }),
  /** Without the login the image could be pulled: a kubelet that has one does not try without it. */
  'public-image-refused': error<EntryLogin & { readonly image: string; readonly at: string }>({
    identity: ['server', 'username'],
    kubeletSays: REFUSED,
    says: ({ server, username, image }, object) =>
      `${image} is public, but ${displayServer(server)} rejects the login${of(username)} in ${object}, and a kubelet with a login does not try without it (checked from here)`,
    fix: entryFix,
  }),
  /** The entry matches other images of the same registry, or of one with a similar name. */
  'other-images': error<{
    readonly server: ShownServer;
    readonly image: string;
    readonly difference: 'port' | 'path' | 'case';
    readonly proposal: string;
  }>({
    identity: ['server', 'proposal'],
    says: ({ server, image, difference }, object) =>
      `${object} has no login for ${image}: its entry ${displayServer(server)} ${DIFFERENCES[difference](server, image)}`,
    fix: ({ proposal }, object, context) => createSecretCommand(object, context, proposal),
  }),
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

function of(username: string): string {
  return username === '' ? '' : ` of ${username}`;
}
