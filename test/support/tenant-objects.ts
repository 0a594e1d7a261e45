/** Generates objects that a malicious tenant may write into a namespace: Secrets, service accounts, pods and events. */
import { fc } from './fast-check.ts';
import { NASTY_TEXTS } from './nasty-texts.ts';

/** The hosts and Secrets that a tenant's images and keys may name. */
export interface TenantPlaces {
  /** The registries, as `127.0.0.1:PORT`. */
  readonly hosts: readonly string[];
  /** Host names that must never be contacted. */
  readonly strangers: readonly string[];
  /** Names of Secrets of other namespaces. */
  readonly secrets: readonly string[];
}

export interface TenantObject {
  readonly kind: 'secrets' | 'serviceaccounts' | 'pods' | 'events';
  readonly body: { readonly metadata: object; readonly [field: string]: unknown };
  /** The kubelet's message about a pod. */
  readonly said?: string;
}

const MARKS = ['a\u200bb', 'a\ufeffb', 'a\u00adb', 'a\u061cb', 'a\u{e0041}b', '\u2060', '::error::x', '##[error]x'];
const nasty = fc.constantFrom(...NASTY_TEXTS, ...MARKS).map((text) => text.toWellFormed());
/** Sizes up to the limit of the API server. */
const huge = fc
  .tuple(fc.constantFrom('a', '.', '%', '\u202e', 'a.', '-'), fc.integer({ min: 100_000, max: 900_000 }))
  .map(([text, bytes]) => text.repeat(bytes / Buffer.byteLength(text)));

/** {@link anyObject} without a bias to small sizes, whatever has run before. */
export function tenantObject(places: TenantPlaces, password: string): fc.Arbitrary<TenantObject> {
  return fc.noBias(anyObject(places, password));
}

/** Objects for one namespace. `password` is the tenant's own. */
function anyObject(places: TenantPlaces, password: string): fc.Arbitrary<TenantObject> {
  const reference = fc.oneof(
    { weight: 40, arbitrary: nasty },
    { weight: 30, arbitrary: fc.constantFrom(...places.secrets, 'regcred', 'regcrde') },
    { weight: 1, arbitrary: huge },
  );
  const list = fc.array(
    reference.map((name) => ({ name })),
    { maxLength: 4 },
  );
  const metadata = fc.record({
    annotations: fc.dictionary(fc.constantFrom('regsecret/expires-at', 'regsecret/managed', 'note'), nasty),
    ownerReferences: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, owners),
  });
  const account = fc.record({ metadata, imagePullSecrets: list }).map(
    (body): TenantObject => ({
      kind: 'serviceaccounts',
      body,
    }),
  );
  const secret = fc
    .tuple(metadata, payload(places, password), fc.boolean())
    .map(([meta, text, isOld]): TenantObject => {
      const [type, key] = isOld ? ['dockercfg', '.dockercfg'] : ['dockerconfigjson', '.dockerconfigjson'];
      const content = isOld ? JSON.stringify(JSON.parse(text).auths) : text;
      const data = { [key]: Buffer.from(content).toString('base64') };
      return { kind: 'secrets', body: { metadata: meta, type: `kubernetes.io/${type}`, data } };
    });
  const pod = fc
    .record({ metadata, list, image: image(places), said: fc.option(nasty, { nil: undefined }) })
    .map(({ metadata: meta, list: imagePullSecrets, image: text, said }): TenantObject => {
      const containers = [{ name: 'app', image: text, imagePullPolicy: 'Always' }];
      const spec = { schedulerName: 'nobody', containers, imagePullSecrets };
      return { kind: 'pods', body: { metadata: meta, spec }, ...(said === undefined ? {} : { said }) };
    });
  return fc.oneof(
    { weight: 6, arbitrary: secret },
    { weight: 4, arbitrary: account },
    { weight: 10, arbitrary: pod },
    { weight: 1, arbitrary: event },
  );
}

const owner = fc.record({
  apiVersion: fc.oneof(nasty, fc.constantFrom('apps/v1', 'argoproj.io/v1alpha1', 'x; touch PWNED/v1', 'v1')),
  kind: fc.oneof(nasty, fc.constantFrom('ReplicaSet', 'Job', 'Rollout', 'Secret')),
  name: nasty,
  uid: nasty,
});
/** At most one owner is the controller. */
const owners = fc
  .tuple(fc.array(owner, { maxLength: 2 }), fc.boolean())
  .map(([all, controls]) => all.map((one, index) => ({ ...one, controller: controls && index === 0 })));

/** An event about one of the first pods, as a kubelet writes it. */
const event = fc
  .record({ index: fc.nat(200), reason: fc.constantFrom('Failed', 'BackOff', 'Pulling', '\u001b[2J'), message: nasty })
  .map(({ index, reason, message }): TenantObject => {
    const involvedObject = { kind: 'Pod', name: `x${index}` };
    const told = { reason, message: `Failed to pull image "x": ${message}`, type: 'Warning', count: 3 };
    return { kind: 'events', body: { metadata: {}, involvedObject, ...told } };
  });

function image({ hosts, strangers }: TenantPlaces): fc.Arbitrary<string> {
  const path = fc.constantFrom(
    'evil/x:v1',
    'x',
    'a/b/c@sha256:1',
    'X:v1',
    'x:$(touch PWNED)',
    "x';touch PWNED;'",
    '\u202e',
  );
  const good = fc.tuple(fc.constantFrom(...hosts, ...strangers), path).map((parts) => parts.join('/'));
  return fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: nasty.map((text) => `x.invalid/${text}`) });
}

function payload({ hosts, strangers }: TenantPlaces, password: string): fc.Arbitrary<string> {
  const host = fc.constantFrom(...hosts, ...strangers);
  const key = fc.oneof(
    { weight: 4, arbitrary: host },
    { weight: 2, arbitrary: host.map((text) => text.replace('127.0.0.1', '127.0.0.*')) },
    { weight: 1, arbitrary: host.map((text) => text.replace('127.0.0.1', '*.*.*.*')) },
    { weight: 1, arbitrary: host.map((text) => `https://user:${password}@${text}/v2/`) },
    { weight: 1, arbitrary: host.map((text) => `https://user:${password}/abc@${text}`) },
    { weight: 2, arbitrary: nasty },
    { weight: 2, arbitrary: nasty.map((text) => `x.invalid/${text}`) },
  );
  const entry = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ username: 'evil', password }) },
    { weight: 1, arbitrary: nasty.map((username) => ({ username, password })) },
    { weight: 1, arbitrary: nasty.map((auth) => ({ auth })) },
    { weight: 1, arbitrary: fc.constant({ identitytoken: password }) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  const few = fc.dictionary(key, entry, { maxKeys: 4 });
  const many = fc
    .integer({ min: 15_000, max: 40_000 })
    .map((length) => Object.fromEntries(Array.from({ length }, (_, at) => [`r${at}.invalid`, {}])));
  const long = huge.map((server) => ({ [server.slice(0, 500_000)]: { auth: 'x' } }));
  return fc
    .oneof({ weight: 100, arbitrary: few }, { weight: 1, arbitrary: many }, { weight: 1, arbitrary: long })
    .map((auths) => JSON.stringify({ auths, credsStore: 'keychain' }));
}
