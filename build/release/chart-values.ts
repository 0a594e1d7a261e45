/** Values of the chart for its check: valid ones as an operator would set them, and invalid ones with their error. */

const attached = [
  [],
  ['sa/default'],
  ['sa/ci'],
  ['sa/default', 'sa/ci'],
  ['sa/ci', 'sa/build'],
  ['all'],
  ['all', 'sa/default'],
  ['used'],
  ['used', 'sa/default'],
];

/** Valid values. Each is rendered, and its roles must be those that `rbac` prints for its command lines. */
export const GOOD_VALUES: readonly object[] = [
  {},
  ...attached.flatMap((attach) =>
    [{}, { prune: true }, { restart: true }, { restart: true, prune: true }]
      .filter(({ restart }: { restart?: boolean }) => !restart || attach.length > 0)
      .map((more) => ({ sync: { attach, ...more } })),
  ),
  {
    sync: {
      source: 'pull',
      namespaces: { selector: '', names: ['team-*', 'shop'], exclude: ['team-x'] },
      existing: 'merge',
      port: 9090,
      serviceAccount: {
        name: 'puller',
        annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/pull' },
      },
    },
    rotate: { suspend: false, schedule: '@daily', login: 'new-login', serviceAccount: { name: 'rotator' } },
    networkPolicy: { enabled: true },
  },
  ...['a', '!a', 'a=b,c!=d', 'a in (b, c),d notin (e)', 'x.example/a==b'].map((selector) => ({
    sync: { namespaces: { selector } },
  })),
  { sync: { namespaces: { selector: '', names: ['shop', 'team-[^a]?', '^x*'], exclude: ['x-*', 'y'] } } },
  { sync: { namespaces: { selector: '', names: ['shop'] } } },
  { sync: { admission: true } },
  {
    sync: { admission: true, source: 'pull', namespaces: { selector: '', names: ['team-*', 'shop'], exclude: ['x'] } },
  },
  { sync: { admission: true, namespaces: { selector: '', all: true } } },
  { sync: { namespaces: { selector: '', all: true }, existing: 'adopt' }, rotate: { enabled: false } },
  {
    image: { tag: '0.1.0-helpers' },
    sync: { servers: ['111122223333.dkr.ecr.eu-west-1.amazonaws.com'], refresh: '6h' },
    dockerConfig: { credHelpers: { '111122223333.dkr.ecr.eu-west-1.amazonaws.com': 'ecr-login' } },
    rotate: { enabled: false },
  },
  {
    image: { repository: 'r.example/regsecret', digest: `sha256:${'0'.repeat(64)}` },
    imagePullSecrets: ['regsecret'],
    fullnameOverride: 'pulls',
    podAnnotations: { 'prometheus.io/scrape': 'true' },
    podLabels: { team: 'platform' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'infra', operator: 'Exists' }],
    priorityClassName: 'system-cluster-critical',
    hostNetwork: true,
    env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example:3128' }],
  },
];

/** Invalid values. Each must fail with a sentence that names the value. */
export const BAD_VALUES: readonly (readonly [values: object, sentence: RegExp])[] = [
  [{ sync: { namespaces: { selector: '' } } }, /No namespace is chosen: set sync\.namespaces\.selector/],
  [{ sync: { namespaces: { all: true } } }, /selector and sync\.namespaces\.all cannot be used together/],
  [
    { sync: { namespaces: { selector: 'a>1' } } },
    /sync\.namespaces\.selector has a form that the policy cannot express: a>1/,
  ],
  [{ guard: { enabled: 'no' } }, /guard\/enabled|guard\.enabled/],
  [{ sync: { attach: [], restart: true } }, /sync\.restart needs service accounts in sync\.attach/],
  [{ sync: { refresh: '6h' } }, /sync\.refresh is for logins of a credential helper/],
  [{ sync: { servers: ['ghcr.io'] }, rotate: { enabled: false } }, /sync\.servers needs dockerConfig/],
  [{ sync: { servers: ['ghcr.io'] }, dockerConfig: { credsStore: 'x' } }, /set rotate\.enabled=false/],
  [{ dockerConfig: { auths: { 'ghcr.io': { auth: 'eDp5' } } } }, /no place for passwords/],
  [{ image: { tag: '1', digest: `sha256:${'0'.repeat(64)}` } }, /image\.tag and image\.digest cannot be used together/],
  [{ image: { digest: 'latest' } }, /image\/digest|image\.digest/],
  [{ sync: { source: 'No_Name' } }, /sync\/source|sync\.source/],
  [{ sync: { attach: ['default'] } }, /sync\/attach|sync\.attach/],
  [{ sync: { existing: 'replace' } }, /sync\/existing|sync\.existing/],
  [{ sync: { port: '8080' } }, /sync\/port|sync\.port/],
  [{ sync: { replicas: 3 } }, /sync\/replicas|sync\.replicas/],
  [{ sync: { namespaces: { names: ['Team'] } } }, /names/],
  [{ sync: { selektor: 'a=b' } }, /selektor/],
  [{ rotate: { schedule: 'hourly' } }, /schedule/],
  [{ resources: {} }, /resources/],
];
