/** `rotate` and one Secret: which logins it keeps, and why. */
import { describe, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { freshName, newSecret } from '../../support/attach-world.ts';
import { auth, copyOf, freshHost, NEW, OLD, type Put, payload, put, rotate } from '../../support/rotate-world.ts';

interface Situation {
  readonly title: string;
  readonly put: (host: string) => Put;
  readonly flags?: readonly string[];
  /** The login of the Secret `pull` afterwards. */
  readonly gets: 'new' | 'old';
  readonly code?: number;
  readonly says?: string;
}

const EXTERNAL = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  name: 'pull',
  uid: 'a',
  controller: true,
};
const HELM = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'apps' },
};

const SITUATIONS: readonly Situation[] = [
  {
    title: 'the login of another user stays',
    put: (host) => ({ auths: { [host]: auth('bob', 'x') } }),
    gets: 'old',
    says: 'secret/pull in NAMESPACE keeps the login of bob for HOST\nhint: add --any-user to also replace it',
  },
  {
    title: 'the login of another user with --any-user',
    put: (host) => ({ auths: { [host]: auth('bob', 'x') } }),
    flags: ['--any-user'],
    gets: 'new',
  },
  {
    title: 'an entry with a path stays',
    put: (host) => ({ auths: { [`${host}/acme`]: OLD } }),
    gets: 'old',
    says: 'keeps the login of ci for HOST/acme\nhint: add --below to also replace it',
  },
  {
    title: 'an entry with a path with --below',
    put: (host) => ({ auths: { [`${host}/acme`]: OLD } }),
    flags: ['--below'],
    gets: 'new',
  },
  {
    title: 'an entry that cannot be read stays',
    put: (host) => ({ auths: { [host]: { auth: 'eA==' } } }),
    gets: 'old',
    says: 'keeps its entry for HOST, which cannot be decoded\nhint: add --any-user to also replace it',
  },
  {
    title: 'an entry that cannot be read with --any-user',
    put: (host) => ({ auths: { [host]: { auth: 'eA==' } } }),
    flags: ['--any-user'],
    gets: 'new',
  },
  {
    title: 'an immutable Secret is not made anew',
    put: (host) => ({ auths: { [host]: OLD }, rest: { immutable: true } }),
    gets: 'old',
    code: 1,
    says: 'error: secret NAMESPACE/pull is immutable, so it keeps its login\nhint: regsecret create pull -n NAMESPACE --server HOST --username ci --password-stdin --force',
  },
  {
    title: 'what an external secret makes is left',
    put: (host) => ({ auths: { [host]: OLD }, metadata: { ownerReferences: [EXTERNAL] } }),
    gets: 'old',
    code: 1,
    says: 'keeps its login, because externalsecret.external-secrets.io/pull creates it\n  --owned writes it anyway\nhint: kubectl get externalsecret.external-secrets.io pull -n NAMESPACE -o yaml',
  },
  {
    title: 'what Helm makes is left',
    put: (host) => ({ auths: { [host]: OLD }, metadata: HELM }),
    gets: 'old',
    code: 1,
    says: 'hint: helm get values web -n apps',
  },
  {
    title: 'what Helm makes with --owned',
    put: (host) => ({ auths: { [host]: OLD }, metadata: HELM }),
    flags: ['--owned'],
    gets: 'new',
  },
  {
    title: 'a mark that is no name makes no copy',
    put: (host) => ({ auths: { [host]: OLD }, metadata: copyOf('$(touch x)/;y') }),
    gets: 'new',
  },
];

describe('one Secret', () => {
  test.each(SITUATIONS)('$title', async ({ put: body, flags = [], gets, code = 0, says = '' }) => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, body(host));
    const before = await payload(namespace);
    const dry = await rotate(namespace, host, ['--dry-run=server', '-o', 'name', ...flags]);
    const ran = await rotate(namespace, host, ['-o', 'name', ...flags]);
    expect(ran.code, ran.stderr).toBe(code);
    expect([dry.code, dry.stdout]).toEqual([ran.code, ran.stdout]);
    for (const [hint] of dry.stderr.matchAll(/^hint: regsecret create .*/gm))
      expect(hint).toContain('--dry-run=server');
    expect(ran.stderr).toContain(says.replaceAll('NAMESPACE', namespace).replaceAll('HOST', host));
    const after = await payload(namespace);
    expect(after === before ? 'old' : 'new').toBe(gets);
    if (gets === 'new') expect(Object.values(JSON.parse(after).auths)).toEqual([NEW]);
  });

  test('of another type, or without the registry, or that is not there', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await newSecret(namespace, 'opaque', 'Opaque', { '.dockerconfigjson': '{}' });
    await put(namespace, { auths: { 'quay.io': OLD } });
    const [opaque, without, missing] = [
      await rotate(namespace, host, ['opaque']),
      await rotate(namespace, host, ['pull']),
      await rotate(namespace, host, ['pul']),
    ];
    expect([opaque.code, opaque.stderr]).toEqual([
      1,
      `error: secret ${namespace}/opaque has the type Opaque, which the kubelet ignores\nhint: regsecret inspect opaque -n ${namespace}\n0 Secrets\n`,
    ]);
    expect(without.stderr).toContain(`error: secret ${namespace}/pull holds no login for ${host}`);
    expect(missing.stderr).toContain(
      `did you mean pull?\nhint: regsecret rotate pull -n ${namespace} --server ${host} --username ci --password-stdin --no-verify\n`,
    );
    // Somebody else may have made one of that name, to become the home of the rotation.
    const [evil, name] = [await newNamespace(), freshName()];
    await put(evil, { name, auths: { [host]: auth('ci', 'x') } });
    expect((await rotate(namespace, host, [name])).stderr).toBe(
      `error: secret ${namespace}/${name} does not exist; it exists in namespace ${evil}\nhint: regsecret inspect ${name} -n ${evil}\n`,
    );
    const none = await rotate(namespace, host);
    expect([none.code, none.stderr]).toEqual([
      1,
      `error: no pull secret in namespace ${namespace} holds a login for ${host}\n` +
        '  Secrets of other types, such as Opaque, were not checked; list shows those that a pod or a service account uses\n' +
        `hint: regsecret list -n ${namespace}\n`,
    ]);
  });
});
