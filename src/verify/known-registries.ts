/**
 * Properties of well-known registries that make a difference, as data. Sources: recorded answers in public code and tests,
 * vendors' documentation for user names and life times.
 */

export interface KnownRegistry {
  readonly name: string;
  /** Matches its hosts, with port. */
  readonly host: RegExp;
  /**
   * The status with which its token server answers a wrong login. It gives such a login no token, not even an anonymous one, so a
   * token shows that the login is good.
   */
  readonly refusal?: 401 | 403;
  /** The user names it knows, when it knows only some. */
  readonly user?: RegExp;
  /** What a credential for pulling is there, to follow the registry's name. */
  readonly credential: string;
}

const REGISTRIES: readonly KnownRegistry[] = [
  {
    name: 'Docker Hub',
    host: /^(registry-1\.docker\.io|(index\.)?docker\.io)$/,
    refusal: 401,
    credential: 'takes a username with a personal access token, or the name of an organization with its token',
  },
  {
    name: 'GitHub Container Registry',
    host: /^ghcr\.io$/,
    // devcontainers/cli#515: 403 DENIED, without a challenge, for a wrong or expired token.
    refusal: 403,
    credential: 'takes a username with a classic personal access token that has read:packages',
  },
  {
    name: 'Amazon ECR',
    host: /\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
    user: /^AWS$/,
    credential: 'takes the user AWS with a password that lasts 12 hours: aws ecr get-login-password',
  },
  {
    name: 'Azure Container Registry',
    host: /\.azurecr\.(io|cn|us|de)$/,
    credential:
      'takes a service principal or a token user, or the user 00000000-0000-0000-0000-000000000000 with a refresh token of 3 hours',
  },
  {
    name: 'Google Artifact Registry',
    host: /(^|\.)gcr\.io$|-docker\.pkg\.dev$/,
    user: /^(_json_key|_json_key_base64|oauth2accesstoken|_dcgcloud_token|_token)$/,
    credential:
      'takes the user _json_key with the key file of a service account, or oauth2accesstoken with a token of 1 hour',
  },
  {
    name: 'Quay',
    host: /^quay\.io$/,
    credential: 'takes a robot account, called namespace+name',
  },
  {
    name: 'GitLab',
    host: /^registry\.gitlab\.com$/,
    credential: 'takes a deploy token with read_registry; a CI_JOB_TOKEN ends with its job',
  },
];

/** Web sites that are taken for a registry, each with the host in the images of that registry. */
const SITES: Readonly<Record<string, string>> = {
  'github.com': 'ghcr.io',
  'gitlab.com': 'registry.gitlab.com',
};

/** Says that `host` is only the web site of a registry. Undefined if it is not known to be one. */
export function siteWarning(host: string): string | undefined {
  const registry = SITES[host.replace(/^www\./, '')];
  return (
    registry &&
    `${host} is a web site and no registry: images of ${knownRegistry(registry)?.name} begin with ${registry}`
  );
}

/** The registry at `host`. Undefined if nothing is known of it. */
export function knownRegistry(host: string): KnownRegistry | undefined {
  return REGISTRIES.find((registry) => registry.host.test(host));
}

/** What to look at when `host` does not take the login of `username`. */
export function loginAdvice(host: string, username: string): string | undefined {
  const known = knownRegistry(host);
  if (known === undefined) return undefined;
  const { name, user, credential } = known;
  const stranger = user !== undefined && !user.test(username) ? `, not the user ${username}` : '';
  return `${name} ${credential}${stranger}`;
}
