/** No permission breaks a rule, whatever a tenant writes. The rules are stated here again in another form. */
import { expect, test } from 'vitest';
import { parseImage } from '../../src/secret/image.ts';
import { assignLogin, permit } from '../../src/verify/login-permission.ts';
import { fc } from '../support/fast-check.ts';

const LOOPBACK = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '0.0.0.0'];
const FORBIDDEN = ['169.254.169.254', 'fe80::1', '168.63.129.16', 'fd00:ec2::254', '192.0.0.192', '::ffff:169.254.1.1'];
const HUB = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'auth.docker.io'];

const namespace = fc.constantFrom('evil', 'prod');
const host = fc.constantFrom(
  'r.io',
  'q.io',
  'r.io:5000',
  'localhost',
  'localhost:5000',
  '127.0.0.1:5000',
  '10.0.0.1',
  ...HUB,
);
const key = fc.oneof(
  host,
  host.map((name) => `https://${name}/v1/`),
  fc.constantFrom('*.io', '*.io:5000', '127.0.0.*:5000', 'r.io/team'),
);
const image = host.chain((name) => fc.constantFrom(`${name}/team/app:v1`, 'app', 'team/app'));
const addresses = fc.option(
  fc.uniqueArray(fc.constantFrom('9.9.9.1', '9.9.9.9', '10.0.0.1', ...LOOPBACK, ...FORBIDDEN), {
    minLength: 1,
    maxLength: 3,
  }),
  { nil: undefined },
);
const placeOf = (hosts: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom('https', 'http'), hosts, fc.constantFrom('/v2/', '/token'), addresses)
    .map(([scheme, name, path, found]) => ({ url: new URL(`${scheme}://${name}${path}`), addresses: found }));

/** Half of the values share a host; otherwise they would hardly ever fit together. */
const situation = host.chain((own) => {
  const often = fc.oneof(fc.constant(own === 'docker.io' ? 'registry-1.docker.io' : own), host);
  return fc.record({
    key: fc.oneof(fc.constant(own), key),
    image: fc.option(fc.oneof(fc.constant(`${own}/team/app:v1`), image), { nil: undefined }),
    owner: fc.oneof(fc.constant('person' as const), fc.record({ namespace })),
    namespace,
    registry: placeOf(often),
    to: placeOf(often),
    purpose: fc.constantFrom('registry' as const, 'token server' as const),
    method: fc.constantFrom('GET' as const, 'HEAD' as const, 'POST' as const),
    trust: fc.record({
      from: fc.constantFrom('person' as const, 'cluster' as const),
      loopback: fc.boolean(),
      inPrivate: fc.oneof(fc.constant('all' as const), fc.subarray(['r.io', 'q.io:5000', '10.0.0.1'])),
      plainHttp: fc.subarray(['r.io', 'q.io', '10.0.0.1']),
    }),
  });
});

const all = (found: readonly string[] | undefined, set: readonly string[]): boolean =>
  found?.every((address) => set.includes(address)) ?? false;
const some = (found: readonly string[] | undefined, set: readonly string[]): boolean =>
  found?.some((address) => set.includes(address)) ?? false;

let permitted = 0;

test('no permission breaks a rule', () => {
  fc.assert(
    fc.property(
      situation,
      ({ key: server, image: text, owner, namespace: pod, registry, to, purpose, method, trust }) => {
        const reference = text === undefined ? undefined : parseImage(text);
        const login = assignLogin(
          { username: 'u', password: 'p' },
          { key: server, owner, namespace: pod, image: reference },
        );
        if ('refused' in login) return;
        if (reference !== undefined && owner !== 'person') expect(owner.namespace).toBe(pod);
        const permission = permit(login, { method, to, purpose, registry }, trust);
        if ('refused' in permission) return;
        permitted += 1;
        const [{ url }, from] = [to, registry.url];
        expect(some(to.addresses, FORBIDDEN)).toBe(false);
        if (some(to.addresses, LOOPBACK) || url.hostname === 'localhost') expect(trust.loopback).toBe(true);
        if (trust.from === 'cluster' && some([url.hostname, ...(to.addresses ?? [])], ['10.0.0.1'])) {
          const known = [url.host, ...(url.hostname === from.hostname ? [from.host] : [])];
          expect(trust.inPrivate === 'all' || some(trust.inPrivate, known)).toBe(true);
        }
        if (url.protocol === 'http:')
          expect(all(to.addresses, LOOPBACK) || trust.plainHttp.includes(url.host)).toBe(true);
        if (/(^|\/)(index\.|registry-1\.)?docker\.io($|\/)/.test(server)) expect(HUB).toContain(url.host);
        if (url.hostname !== from.hostname) {
          expect([purpose, url.protocol]).toEqual(['token server', 'https:']);
          expect(all(to.addresses, LOOPBACK) && all(registry.addresses, LOOPBACK)).toBe(false);
          if (owner !== 'person') expect(method).not.toBe('POST');
        }
        expect(permission.origin).toBe(url.origin);
      },
    ),
    { numRuns: 20_000 },
  );
  expect(permitted).toBeGreaterThan(200);
});
