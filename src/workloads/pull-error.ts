/** Why a pull failed, by the words of containerd, CRI-O and docker, as the kubelet passes them on. */

export type PullError =
  /** The registry asked for a login, and no usable login was sent. */
  | 'no credential'
  /** A login was sent, and the registry refused it. */
  | 'refused'
  /** The client may not pull this repository, with its login or anonymously. */
  | 'no access'
  /** The pull was refused, and the message does not say for which of these reasons. */
  | 'unauthorized'
  | 'not found'
  | 'rate limited'
  | 'name'
  | 'connection'
  | 'timeout'
  | 'tls'
  /** The certificate of the registry is from an authority that the node does not trust. */
  | 'authority'
  /** The certificate of the registry is not valid at the node's time. */
  | 'dates'
  | 'out of order'
  /** The registry has the image, but its layers or its configuration do not arrive. */
  | 'layers'
  | 'platform'
  | 'disk'
  | 'postponed'
  | 'never'
  | 'invalid name'
  /** A pull secret could not be decoded. */
  | 'undecodable'
  | 'other';

/** What is wrong between a node and a registry. `clock`: that of the node. `mirror`: it refuses what the registry allows. */
export type NodeTrouble =
  | Extract<PullError, 'name' | 'connection' | 'timeout' | 'tls' | 'authority' | 'dates' | 'out of order' | 'layers'>
  | 'clock'
  | 'mirror';

/** Describes each trouble, after the name of the registry. */
export const AT_NODE = {
  name: 'its name cannot be resolved there',
  connection: 'it does not answer there',
  timeout: 'it does not answer in time there',
  tls: 'TLS fails there',
  authority: 'its certificate is from an authority that the node does not trust',
  dates: 'its certificate has expired or is not valid yet',
  clock: 'the clock on the node is wrong, so the certificate looks expired or not yet valid there',
  'out of order': 'it answers with a server error',
  layers: 'it has the image, but the layers cannot be downloaded there',
} as const;

/** The errors that may be about credentials, whether or not one was sent. */
export const DENIALS: readonly PullError[] = ['no credential', 'refused', 'no access', 'unauthorized'];

/** Errors that another login may fix. Kubelets before 1.32 report the error only in events, so it may not be known. */
const OF_LOGINS: readonly (PullError | undefined)[] = [...DENIALS, 'undecodable', 'other', undefined];

/** Whether another login may help. Without one, some registries say that the image does not exist, or limit the rate sooner. */
export function mayNeedLogin(pullError: PullError | undefined, { hasOne }: { readonly hasOne: boolean }): boolean {
  return OF_LOGINS.includes(pullError) || (!hasOne && (pullError === 'not found' || pullError === 'rate limited'));
}

/** containerd core/remotes/docker/errdesc: a server that is no registry may answer that, too. */
const BARE_FORBIDDEN = /HEAD request to \S+: 403 Forbidden/;

/**
 * The first match counts, because a text may hold several: "no match for platform in manifest: not found" is no missing image,
 * and if several credentials were tried, the one that came furthest says most.
 */
const SYMPTOMS: readonly (readonly [PullError, RegExp])[] = [
  // kubelet pkg/kubelet/images/puller.go, image_manager.go, pkg/kubelet/container
  ['postponed', /pull QPS exceeded/],
  ['never', /not present with pull policy of Never|ErrImageNeverPull/],
  [
    'invalid name',
    /InvalidImageName|short-name|short name mode|couldn't parse image (?:name|reference)|invalid reference format/,
  ],
  // encoding/json, encoding/base64 and credentialprovider/config.go
  [
    'undecodable',
    /(?:^|: )(?:illegal base64 data at input byte \d+|unable to parse auth field|json: cannot unmarshal|unexpected end of JSON input|invalid character .* (?:in|after|looking for))/,
  ],
  ['disk', /no space left on device|disk quota exceeded/],
  // containerd core/images, CRI-O (containers/image manifest list), docker
  [
    'platform',
    /no match for platform|no matching manifest for|no image found in (?:image index|manifest list) for architecture|[Nn]o image for arch|does not match the specified platform/,
  ],
  ['rate limited', /429 Too Many Requests|toomanyrequests|pull rate limit|too many requests/i],
  // crypto/x509 verify.go
  ['authority', /certificate signed by unknown authority|certificate is not trusted/],
  ['dates', /certificate has expired or is not yet valid/],
  ['tls', /x509: |tls: |server gave HTTP response to HTTPS client|remote error: tls/],
  [
    'name',
    /no such host|server misbehaving|Temporary failure in name resolution|lookup .*: (?:i\/o timeout|no answer)/,
  ],
  [
    'connection',
    /RegistryUnavailable|connection refused|no route to host|network is unreachable|connection reset by peer|: EOF$|unexpected EOF/,
  ],
  ['timeout', /i\/o timeout|context deadline exceeded|Client\.Timeout exceeded|TLS handshake timeout|request canceled/],
  [
    'out of order',
    /\b50\d (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|HTTP status: 50\d/,
  ],
  // containerd core/remotes/docker/httpreadseeker.go, CRI-O (containers/image copy), docker distribution/pull_v2.go
  [
    'layers',
    /failed to copy: |httpReadSeeker: |reading blob sha256:|\/blobs\/sha256:|error pulling image configuration/,
  ],
  ['not found', /: not found\b|manifest unknown|name unknown|NAME_UNKNOWN|MANIFEST_UNKNOWN|404 Not Found/],
  // containerd core/remotes/docker/authorizer.go: which of two tokens it asked for shows whether there was a login. GHCR answers
  // 403 to both, so the rest of the text says nothing about the rights of a login (containers/image docker_client.go).
  ['refused', /failed to fetch oauth token|invalid username\/password|incorrect username or password/],
  ['no credential', /no basic auth credentials|failed to fetch anonymous token/],
  ['no access', /insufficient_scope|requested access to the resource is denied/],
  ['no access', BARE_FORBIDDEN],
  ['refused', /401 Unauthorized/],
  [
    'unauthorized',
    /unauthori[sz]ed|unauthenticated|authentication required|access denied|denied|40[13] \(|403 Forbidden/i,
  ],
];

/** In words that follow "the kubelet says". */
export const PULL_ERROR_TEXTS: Readonly<Record<PullError, string>> = {
  'no credential': 'no usable login was sent',
  refused: 'the login was refused',
  'no access': 'the login has no permission to pull this, or none was sent',
  unauthorized: 'the registry refused',
  'not found': 'there is no such image',
  'rate limited': 'too many pulls',
  name: 'the name of the registry cannot be resolved',
  connection: 'the registry does not answer',
  timeout: 'the registry does not answer in time',
  tls: 'TLS fails',
  authority: 'the certificate of the registry is not trusted',
  dates: 'the certificate of the registry has expired or is not valid yet',
  'out of order': 'the registry fails',
  layers: 'the layers of the image do not arrive',
  platform: 'the image is for other platforms',
  disk: 'the disk is full',
  postponed: 'the pull is delayed',
  never: 'the image is not on the node, and the kubelet does not pull it',
  'invalid name': 'that is not a valid image name',
  undecodable: 'a pull secret cannot be decoded',
  other: 'something else',
};

/** Whether the answer to a pull was 403, and nothing shows that the registry knows the login. */
export function isBareForbidden(message: string): boolean {
  return BARE_FORBIDDEN.test(message);
}

/** The time of the node at which a certificate is not valid, in milliseconds since 1970 (crypto/x509 verify.go). */
export function nodeTimeIn(message: string): number | undefined {
  const [, time = ''] = /has expired or is not yet valid: current time (\S+) is (?:before|after) /.exec(message) ?? [];
  const parsed = Date.parse(time);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** The mirror that was asked instead of the registry, `HOST:PORT` (containerd core/remotes/docker/resolver.go `addNamespace`). */
export function mirrorIn(message: string): string | undefined {
  return /\bhttps?:\/\/([^\s"/?]+)\/[^\s"?]*\?ns=/.exec(message)?.[1];
}

/** `reason` and `message` of a container that waits, or of an event. */
export function pullErrorOf(reason: string, message: string): PullError {
  const text = `${reason}: ${message}`;
  return SYMPTOMS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
}
