/** Which destinations a request about a registry may have, and the message if it may not. */
import { expect, test } from 'vitest';
import { destinationProblem, isOnThisMachine, isSameHost, type Trust } from '../../src/verify/destination.ts';

const to = (url: string, ...addresses: string[]) => ({ url: new URL(url), addresses });
const behindProxy = (url: string) => ({ url: new URL(url), addresses: undefined });
const PERSON: Trust = { from: 'person', loopback: false, plainHttp: [] };
const CLUSTER: Trust = { ...PERSON, from: 'cluster' };
const LOOPBACK: Trust = { ...CLUSTER, loopback: true };
type To = Parameters<typeof destinationProblem>[0];

const r = to('https://r.example', '203.0.113.2');
const plain = to('http://r.example', '203.0.113.2');
const local = to('https://localhost:5000/v2/', '127.0.0.1');
const inside = to('https://auth.example/x', '10.0.0.1');

test.each<[string, To, To, Trust, string | undefined]>([
  ['another public host', to('https://auth.example/token', '203.0.113.1'), r, CLUSTER, undefined],
  [
    'a metadata address',
    to('https://169.254.169.254/x', '169.254.169.254'),
    r,
    { ...LOOPBACK, from: 'person' },
    'is at a link-local or metadata address (169.254.169.254)',
  ],
  [
    'a name of a metadata address',
    to('https://auth.example/x', '203.0.113.1', '169.254.169.254'),
    r,
    PERSON,
    'is at a link-local or metadata address (auth.example)',
  ],
  [
    'this machine',
    local,
    local,
    CLUSTER,
    'is on this machine, which is not where the cluster is (localhost:5000; --allow-local-registries asks it)',
  ],
  ['this machine, which may be asked', local, local, LOOPBACK, undefined],
  [
    'http for https',
    to('http://auth.example:8080/x', '203.0.113.1'),
    r,
    PERSON,
    'is not spoken to over https (auth.example:8080)',
  ],
  ['http for http', to('http://auth.example:8080/x', '203.0.113.1'), plain, PERSON, undefined],
  [
    'another scheme',
    to('ftp://auth.example/x', '203.0.113.1'),
    plain,
    PERSON,
    'is not spoken to over https (auth.example)',
  ],
  ['nearer than the registry of a cluster', inside, r, CLUSTER, 'is at a private address (auth.example)'],
  ['nearer by its address than the registry of a person', inside, r, PERSON, undefined],
  [
    'nearer by its name than the registry of a person',
    to('https://10.0.0.1/x', '10.0.0.1'),
    r,
    PERSON,
    'is at a private address (10.0.0.1)',
  ],
  ['as near as the registry', inside, to('https://r.example', '10.0.0.2'), CLUSTER, undefined],
  [
    'nearer than one address of the registry',
    inside,
    to('https://r.example', '10.0.0.2', '203.0.113.2'),
    CLUSTER,
    'is at a private address (auth.example)',
  ],
  ['the registry itself, at another address', to('https://r.example/x', '10.0.0.1'), r, CLUSTER, undefined],
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
