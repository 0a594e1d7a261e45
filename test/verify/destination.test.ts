/** Which destinations a request about a registry may have, and the message if it may not. */
import { expect, test } from 'vitest';
import { destinationProblem, isOnThisMachine, isSameHost, type Trust } from '../../src/verify/destination.ts';

const to = (url: string, ...addresses: string[]) => ({ url: new URL(url), addresses });
const behindProxy = (url: string) => ({ url: new URL(url), addresses: undefined });
const PERSON: Trust = { from: 'person', loopback: false, inPrivate: 'all', plainHttp: [] };
const CLUSTER: Trust = { ...PERSON, from: 'cluster', inPrivate: [] };
const ALL: Trust = { ...CLUSTER, inPrivate: 'all' };
const LOOPBACK: Trust = { ...CLUSTER, loopback: true };
const unknown = (host: string): string =>
  `is in a private network, and this machine has no login for it (${host}; --allow-local-registries checks it)`;
type To = Parameters<typeof destinationProblem>[0];

const r = to('https://r.example', '9.9.9.2');
const plain = to('http://r.example', '9.9.9.2');
const local = to('https://localhost:5000/v2/', '127.0.0.1');
const inside = to('https://auth.example/x', '10.0.0.1');

test.each<[string, To, To, Trust, string | undefined]>([
  ['another public host', to('https://auth.example/token', '9.9.9.1'), r, CLUSTER, undefined],
  [
    'a metadata address',
    to('https://169.254.169.254/x', '169.254.169.254'),
    r,
    { ...LOOPBACK, from: 'person' },
    'is at a link-local or metadata address (169.254.169.254)',
  ],
  [
    'a name of a metadata address',
    to('https://auth.example/x', '9.9.9.1', '169.254.169.254'),
    r,
    PERSON,
    'is at a link-local or metadata address (auth.example)',
  ],
  [
    'this machine',
    local,
    local,
    CLUSTER,
    'is on this machine, which is not where the cluster is (localhost:5000; --allow-local-registries checks it)',
  ],
  ['this machine, which may be asked', local, local, LOOPBACK, undefined],
  [
    'http for https',
    to('http://auth.example:8080/x', '9.9.9.1'),
    r,
    PERSON,
    'is not used over https (auth.example:8080)',
  ],
  ['http for http', to('http://auth.example:8080/x', '9.9.9.1'), plain, PERSON, undefined],
  ['another scheme', to('ftp://auth.example/x', '9.9.9.1'), plain, PERSON, 'is not used over https (auth.example)'],
  ['nearer than the registry of a cluster', inside, r, CLUSTER, 'is at a private address (auth.example)'],
  ['nearer by its address than the registry of a person', inside, r, PERSON, undefined],
  [
    'nearer by its name than the registry of a person',
    to('https://10.0.0.1/x', '10.0.0.1'),
    r,
    PERSON,
    'is at a private address (10.0.0.1)',
  ],
  ['as near as the registry, which may be asked', inside, to('https://r.example', '10.0.0.2'), ALL, undefined],
  ['as near as the registry', inside, to('https://r.example', '10.0.0.2'), CLUSTER, unknown('auth.example')],
  [
    'as near as the registry, of which alone this machine has a login',
    inside,
    to('https://r.example', '10.0.0.2'),
    { ...CLUSTER, inPrivate: ['r.example'] },
    unknown('auth.example'),
  ],
  [
    'as near as the registry, with a login of this machine',
    inside,
    to('https://r.example', '10.0.0.2'),
    { ...CLUSTER, inPrivate: ['r.example', 'auth.example'] },
    undefined,
  ],
  [
    'nearer than one address of the registry',
    inside,
    to('https://r.example', '10.0.0.2', '9.9.9.2'),
    ALL,
    'is at a private address (auth.example)',
  ],
  ['the registry itself, at another address', to('https://r.example/x', '10.0.0.1'), r, CLUSTER, unknown('r.example')],
  [
    'a private address behind a proxy',
    behindProxy('https://10.0.0.1/x'),
    behindProxy('https://r.example'),
    CLUSTER,
    'is at a private address (10.0.0.1)',
  ],
  [
    'a name behind a proxy',
    behindProxy('https://auth.example/x'),
    behindProxy('https://r.example'),
    CLUSTER,
    undefined,
  ],
])('%s', (_, destination, registry, trust, problem) => {
  expect(destinationProblem(destination, registry, trust)).toBe(problem);
});

test.each<
  [situation: string, url: string, addresses: string[], inPrivate: Trust['inPrivate'], problem: string | undefined]
>([
  ['an address', 'https://10.0.0.1', ['10.0.0.1'], [], unknown('10.0.0.1')],
  ['an address in a range of IPv6', 'https://[fd00::1]:5000', ['fd00::1'], [], unknown('[fd00::1]:5000')],
  ['an IPv4 address in IPv6', 'https://[::ffff:192.168.1.1]', ['192.168.1.1'], [], unknown('[::ffff:c0a8:101]')],
  ['a NAT64 address', 'https://[64:ff9b::10.0.0.1]', ['64:ff9b::a00:1'], [], unknown('[64:ff9b::a00:1]')],
  ['a name for it', 'https://r.corp', ['172.16.0.1'], [], unknown('r.corp')],
  ['a name for it and for a public one', 'https://r.corp', ['9.9.9.9', '100.64.0.1'], [], unknown('r.corp')],
  ['a name behind a proxy', 'https://r.corp', [], [], undefined],
  ['with --allow-local-registries', 'https://r.corp', ['10.0.0.1'], 'all', undefined],
  ['a login for it', 'https://r.corp', ['10.0.0.1'], ['other.corp', 'r.corp'], undefined],
  ['a login for its address', 'https://10.0.0.1:5000', ['10.0.0.1'], ['10.0.0.1:5000'], undefined],
  ['a login with the default port', 'https://r.corp', ['10.0.0.1'], ['r.corp:443'], undefined],
  ['a login for another port', 'https://r.corp:6443', ['10.0.0.1'], ['r.corp'], unknown('r.corp:6443')],
  ['a login for another name of the address', 'https://r.corp', ['10.0.0.1'], ['10.0.0.1'], unknown('r.corp')],
  [
    'a login for this machine under that name',
    'https://r.corp',
    ['127.0.0.1'],
    ['r.corp'],
    expect.stringContaining('is on this machine'),
  ],
])('a registry that a cluster names, in a private network: %s', (_, url, addresses, inPrivate, problem) => {
  const registry = { url: new URL(url), addresses: addresses.length === 0 ? undefined : addresses };
  expect(destinationProblem(registry, registry, { ...CLUSTER, inPrivate })).toEqual(problem);
});

test('a name for this machine, which may be asked, and for a private network, which may not', () => {
  const registry = to('https://r.corp', '127.0.0.1', '10.0.0.1');
  expect(destinationProblem(registry, registry, { ...LOOPBACK, inPrivate: [] })).toBe(unknown('r.corp'));
});

test('with a login for the registry, its token server may be on another port of the same host', () => {
  const [registry, realm] = [to('https://r.corp:5050', '10.0.0.1'), to('https://r.corp/jwt/auth?x', '10.0.0.1')];
  expect(destinationProblem(realm, registry, { ...CLUSTER, inPrivate: ['r.corp:5050'] })).toBeUndefined();
  expect(destinationProblem(realm, registry, CLUSTER)).toBe(unknown('r.corp'));
});

test.each<[from: string, to: string, boolean]>([
  ['https://r.io/a', 'https://r.io/b', true],
  ['https://r.io', 'https://r.io:443', true],
  ['https://r.io', 'https://r.io:444', false],
  ['https://r.io', 'https://s.io', false],
  ['http://r.io', 'https://r.io', true],
  ['http://r.io:5000', 'https://r.io:5000', true],
  ['http://r.io:5000', 'https://r.io', false],
  ['http://r.io', 'https://r.io:5000', false],
  ['https://r.io', 'http://r.io', false],
])('from %s to %s', (from, other, same) => {
  expect(isSameHost(new URL(from), new URL(other))).toBe(same);
});

test('this machine is what has no other address', () => {
  expect(isOnThisMachine(local)).toBe(true);
  expect(isOnThisMachine(to('https://r.io', '127.0.0.1', '10.0.0.1'))).toBe(false);
  expect(isOnThisMachine(to('https://r.io'))).toBe(false);
  expect(isOnThisMachine(behindProxy('https://localhost'))).toBe(false);
});
