/** What a registry says of a credential: in words, and for the kubelet. */
import { expect, test } from 'vitest';
import { describeVerdict, pullsImage, type Verdict } from '../../../src/domain/verify/verdict.ts';

test.each<[Verdict, boolean | undefined, string]>([
  [{ kind: 'accepted' }, true, 'accepts the credential'],
  [{ kind: 'accepted', public: true }, true, 'accepts the credential, and gives the image to everybody'],
  [{ kind: 'rejected', status: 401 }, false, 'rejects the credential (HTTP 401)'],
  [
    { kind: 'no access', repository: 'a/b', status: 403 },
    false,
    'knows the login, but does not let it pull a/b, or has no such repository (HTTP 403)',
  ],
  [{ kind: 'not found', repository: 'a/b' }, false, 'has no such image in a/b'],
  [{ kind: 'not found', repository: 'a/b', missing: 'repository' }, false, 'has no repository a/b'],
  [
    { kind: 'not found', repository: 'a/b', missing: 'tag' },
    false,
    'has the repository a/b, but not this tag or digest',
  ],
  [{ kind: 'anonymous', why: 'asks for none' }, undefined, 'asks for no credential, so it could not be checked'],
  [
    { kind: 'anonymous', why: 'empty', pulls: true },
    true,
    'gets no credential, for there is none in the entry; the image can be pulled without one',
  ],
  [
    { kind: 'anonymous', why: 'same answer', pulls: false },
    false,
    'answers the same without the credential, so it could not be checked; without one it refuses',
  ],
  [{ kind: 'rate limited' }, undefined, 'limits the rate of requests; try again later'],
  [{ kind: 'rate limited', retryAfterSeconds: 0 }, undefined, 'limits the rate of requests; try again in 0 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 119 }, undefined, 'limits the rate of requests; try again in 119 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 120 }, undefined, 'limits the rate of requests; try again in 2 min'],
  [{ kind: 'rate limited', retryAfterSeconds: 121 }, undefined, 'limits the rate of requests; try again in 3 min'],
  [
    { kind: 'unreachable', cause: 'dns', reason: 'r.io has no address' },
    undefined,
    'cannot be asked: r.io has no address',
  ],
  [{ kind: 'not asked', reason: 'an alias' }, undefined, 'was not asked: an alias'],
])('%j', (verdict, pulls, text) => {
  expect(describeVerdict(verdict)).toBe(text);
  expect(pullsImage(verdict)).toBe(pulls);
});
