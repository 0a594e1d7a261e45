import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';

type Plain = readonly [scheme: string, params?: Readonly<Record<string, string>>];

describe('what registries ask for, one challenge a line', () => {
  test.each<[lines: readonly string[], challenges: readonly Plain[]]>([
    [[''], []],
    [[], []],
    [['Basic realm="x"'], [['basic', { realm: 'x' }]]],
    [['BEARER Realm="https://r.io/token"'], [['bearer', { realm: 'https://r.io/token' }]]],
    [
      ['Bearer realm="https://r.io/token",service="r.io",scope="repository:a:pull,push repository:b:pull"'],
      [['bearer', { realm: 'https://r.io/token', service: 'r.io', scope: 'repository:a:pull,push repository:b:pull' }]],
    ],
    [['Bearer realm="x" , service=y'], [['bearer', { realm: 'x', service: 'y' }]]],
    [['Bearer realm="a\\"b\\\\c"'], [['bearer', { realm: 'a"b\\c' }]]],
    [['Bearer error="invalid_token"'], [['bearer', { error: 'invalid_token' }]]],
    [['"'], []],
    [['Digest realm="x"'], []],
    [['Negotiate'], []],
  ])('%j', (lines, challenges) => {
    expect(plain(lines)).toEqual(challenges.map(([scheme, params = {}]) => [scheme, params]));
  });
});

describe('what clients do not see (containerd core/remotes/docker/auth/parse.go)', () => {
  test.each<[situation: string, lines: readonly string[], challenges: readonly Plain[]]>([
    ['a second challenge in one line', ['Basic realm="x", Bearer realm="y"'], [['basic', { realm: 'x' }]]],
    ['one behind another kind', ['Negotiate, Basic realm="x"'], []],
    ['a line that begins with a comma', [', Basic realm="x"'], []],
    ['a line that begins with a space', [' Basic realm="x"'], []],
    [
      'a value without quotes behind its first colon',
      ['Bearer realm=https://r.io/token,service=y'],
      [['bearer', { realm: 'https' }]],
    ],
    ['a parameter with a space before its equals sign', ['Bearer realm ="x"'], [['bearer']]],
    ['a value with a space before it', ['Bearer realm= "x",service="y"'], [['bearer', { realm: '' }]]],
    ['a quoted value without its end', ['Bearer service="y",realm="x'], [['bearer', { service: 'y', realm: '' }]]],
  ])('%s', (_, lines, challenges) => {
    expect(plain(lines)).toEqual(challenges.map(([scheme, params = {}]) => [scheme, params]));
  });

  test('the order of the lines: Bearer is answered where there is a choice', () => {
    const lines = ['Digest realm="z"', 'Basic realm="x"', 'Bearer realm="y"', 'Basic realm="w"'];
    expect(plain(lines).map(([scheme]) => scheme)).toEqual(['bearer', 'basic', 'basic']);
  });
});

function plain(lines: readonly string[]): unknown[][] {
  return parseChallenges(lines).map(({ scheme, params }) => [scheme, Object.fromEntries(params)]);
}
