import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';

type Plain = readonly [scheme: string, params?: Readonly<Record<string, string>>];

describe('what registries ask for', () => {
  test.each<[header: string, challenges: readonly Plain[]]>([
    ['', []],
    ['Basic realm="x"', [['basic', { realm: 'x' }]]],
    ['BEARER Realm="https://r.io/token"', [['bearer', { realm: 'https://r.io/token' }]]],
    [
      'Bearer realm="https://r.io/token",service="r.io",scope="repository:a:pull,push repository:b:pull"',
      [['bearer', { realm: 'https://r.io/token', service: 'r.io', scope: 'repository:a:pull,push repository:b:pull' }]],
    ],
    ['Bearer realm = "x" , service = y', [['bearer', { realm: 'x', service: 'y' }]]],
    ['Bearer realm="a\\"b\\\\c"', [['bearer', { realm: 'a"b\\c' }]]],
    [
      'Basic realm="x", Bearer realm="y"',
      [
        ['basic', { realm: 'x' }],
        ['bearer', { realm: 'y' }],
      ],
    ],
    ['Negotiate, Basic realm="x"', [['negotiate'], ['basic', { realm: 'x' }]]],
    ['Negotiate YWJj, Basic realm="x"', [['negotiate'], ['basic', { realm: 'x' }]]],
    ['Bearer error="invalid_token"', [['bearer', { error: 'invalid_token' }]]],
    ['Bearer realm="x', [['bearer']]],
    ['"', []],
    [', ,Basic', [['basic']]],
  ])('%s', (header, challenges) => {
    const plain = parseChallenges(header).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);
    expect(plain).toEqual(challenges.map(([scheme, params = {}]) => [scheme, params]));
  });
});
