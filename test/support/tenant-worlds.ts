/**
 * Generated tenants: what somebody may write who has one namespace, to get a login that an operator has. A world is data until
 * {@link addTenantWorld} writes it. Hosts, and the namespaces of others, are in {@link TenantPlaces}.
 */
import { waitFor } from '../environment/condition.ts';
import { api } from '../environment/use.ts';
import { created, pathOf } from './attach-world.ts';
import { fc } from './fast-check.ts';

export interface TenantPlaces {
  /** The registry that the operator is logged in to. */
  readonly victim: string;
  /** The registry of the tenant. */
  readonly own: string;
  /** The namespace with the Secrets `shared` and `own`, of which copies are made. */
  readonly plat: string;
}

/** What the tenant's registry answers to everything. */
export const ANSWERS = [200, 401, 403, 404, 429] as const;

type Place = (places: TenantPlaces) => string;

interface TenantSecret {
  readonly name: string;
  readonly type: 'kubernetes.io/dockerconfigjson' | 'Opaque';
  readonly immutable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, Place>>;
  readonly auths: readonly (readonly [key: Place, entry: object])[];
}

interface TenantPod {
  readonly image: Place;
  readonly list: readonly string[];
  /** In words of the kubelet. Left out for a pod that no node has tried. */
  readonly said?: string | undefined;
}

export interface TenantWorld {
  readonly answer: (typeof ANSWERS)[number];
  readonly secrets: readonly TenantSecret[];
  readonly pods: readonly TenantPod[];
  /** The list of the service account `default`. */
  readonly account: readonly string[];
}

/** The password of everything that the tenant writes. */
const INVENTED = 'invented-by-the-tenant';

/** A password that the operator had, and that the tenant knows from then. */
export const REMEMBERED = 'remembered-by-the-tenant';

const NAMES = ['shared', 'own', 'regcred', 'regsecret', 'one'] as const;
const name = fc.constantFrom(...NAMES);

const login = (user: string, password = INVENTED): object => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
});
const entry = fc.constantFrom(
  login('operator'),
  login('tenant'),
  login('old', 'old'),
  login('operator', REMEMBERED),
  login('operator', `${INVENTED}\n`),
  {},
  { auth: 'notbase64!' },
  { identitytoken: INVENTED },
  { username: 'operator' },
);

const key = fc.constantFrom<Place>(
  ({ victim }) => victim,
  ({ victim }) => `https://${victim}/v2/`,
  ({ victim }) => `${victim}/other`,
  ({ victim }) => victim.replace('127.0.0.1', '127.0.0.*'),
  ({ victim }) => victim.replace(/:\d+$/, ''),
  ({ own }) => own,
  () => 'registry-1.docker.io',
);

const source = fc.constantFrom<Place>(
  ({ plat }) => `${plat}/shared`,
  ({ plat }) => `${plat}/own`,
  ({ plat }) => `${plat}/nosuch`,
  () => 'x; touch PWNED/y',
);

const annotations = fc.record(
  {
    'regsecret/source': source,
    'regsecret/made-from': fc.constantFrom<Place>(
      () => 'login',
      () => 'another-cluster',
    ),
    'regsecret/sync': fc.constant<Place>(() => 'false'),
    'regsecret/expires-at': fc.constant<Place>(({ victim }) => `${victim}=2020-01-01T00:00:00Z`),
  },
  { requiredKeys: [] },
);

const secret: fc.Arbitrary<TenantSecret> = fc.record({
  name,
  type: fc.constantFrom('kubernetes.io/dockerconfigjson', 'kubernetes.io/dockerconfigjson', 'Opaque'),
  immutable: fc.constantFrom(false, false, true),
  labels: fc.constantFrom<Record<string, string>>({}, { 'app.kubernetes.io/managed-by': 'regsecret' }),
  annotations,
  auths: fc.array(fc.tuple(key, entry), { minLength: 1, maxLength: 3 }),
});

const pod: fc.Arbitrary<TenantPod> = fc.record({
  image: fc.constantFrom<Place>(
    ({ victim }) => `${victim}/app:v1`,
    ({ victim }) => `${victim}/team/app:v2`,
    ({ own }) => `${own}/app:v1`,
    ({ victim }) => victim.replace(':', '.evil.invalid:').concat('/app:v1'),
  ),
  list: fc.uniqueArray(fc.constantFrom(...NAMES, 'nosuch', 'sharde'), { maxLength: 3 }),
  said: fc.constantFrom(
    undefined,
    'no basic auth credentials',
    'unexpected status from HEAD request to https://r/v2/: 401 Unauthorized',
    'unexpected status from HEAD request to https://r/v2/: 403 Forbidden',
    'failed to do request: Head "https://mirror.evil.invalid/v2/": dial tcp: lookup mirror.evil.invalid: no such host',
  ),
});

/** Without a bias to small sizes, whatever has run before. */
export const tenantWorld: fc.Arbitrary<TenantWorld> = fc.noBias(
  fc.record({
    answer: fc.constantFrom(...ANSWERS),
    secrets: fc.uniqueArray(secret, { selector: (one) => one.name, minLength: 1, maxLength: 4 }),
    pods: fc.array(pod, { minLength: 1, maxLength: 3 }),
    account: fc.uniqueArray(name, { maxLength: 2 }),
  }),
);

/** The names of what a world has, for command lines about it. */
export interface AddedWorld {
  readonly pods: readonly string[];
  readonly secrets: readonly string[];
}

/** Writes `world` into a namespace that has its service account. */
export async function addTenantWorld(world: TenantWorld, namespace: string, places: TenantPlaces): Promise<AddedWorld> {
  await api(
    'PATCH',
    `/api/v1/namespaces/${namespace}/serviceaccounts/default`,
    { imagePullSecrets: world.account.map((one) => ({ name: one })) },
    { 'content-type': 'application/merge-patch+json' },
  );
  for (const one of world.secrets) await addSecret(one, namespace, places);
  const pods = world.pods.map((one, index) => addPod(one, `pod-${index}`, namespace, places));
  return { pods: await Promise.all(pods), secrets: world.secrets.map((one) => one.name) };
}

async function addSecret(one: TenantSecret, namespace: string, places: TenantPlaces): Promise<void> {
  const auths = Object.fromEntries(one.auths.map(([place, value]) => [place(places), value]));
  const marks = Object.entries(one.annotations).map(([mark, value]) => [mark, value(places)]);
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: one.name, labels: one.labels, annotations: Object.fromEntries(marks) },
    type: one.type,
    immutable: one.immutable,
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
}

async function addPod(one: TenantPod, called: string, namespace: string, places: TenantPlaces): Promise<string> {
  const path = pathOf('Pod', namespace);
  const image = one.image(places);
  const containers = [{ name: 'app', image, imagePullPolicy: 'Always' }];
  const list = one.list.map((secretName) => ({ name: secretName }));
  const spec = { nodeSelector: { nowhere: 'yes' }, containers, imagePullSecrets: list };
  await created(path, { metadata: { name: called }, spec });
  if (one.said !== undefined) {
    const state = { waiting: { reason: 'ErrImagePull', message: `Failed to pull image "${image}": ${one.said}` } };
    const status = { name: 'app', image, imageID: '', ready: false, restartCount: 0, state };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api(
      'PATCH',
      `${path}/${called}/status`,
      { status: { phase: 'Pending', containerStatuses: [status] } },
      headers,
    );
  }
  const isListed = async () => {
    const { body } = await api('GET', `${path}?resourceVersion=0&fieldSelector=metadata.name%3D${called}`);
    return body.items.length === 1;
  };
  await waitFor(isListed, { what: `the cache to have ${called}`, everyMs: 5 });
  return called;
}
