/** What a registry says of a credential: in words, and for the kubelet. */
import { expect, test } from 'vitest';
import { describeVerdict, pullResult, type Verdict } from '../../../src/domain/verify/verdict.ts';

test.each<[Verdict, 'pulls' | 'fails' | 'unknown', string]>([
  [{ kind: 'accepted' }, 'pulls', 'accepts the credential'],
  [{ kind: 'accepted', public: true }, 'pulls', 'accepts the credential, and gives the image to everybody'],
  [{ kind: 'rejected', status: 401 }, 'fails', 'rejects the credential (HTTP 401)'],
  [
    { kind: 'no access', repository: 'a/b', status: 403 },
    'fails',
    'knows the login, but does not let it pull a/b, or has no such repository (HTTP 403)',
  ],
  [{ kind: 'not found', repository: 'a/b' }, 'fails', 'has no such image in a/b'],
  [{ kind: 'not found', repository: 'a/b', missing: 'repository' }, 'fails', 'has no repository a/b'],
  [
    { kind: 'not found', repository: 'a/b', missing: 'tag' },
    'fails',
    'has the repository a/b, but not this tag or digest',
  ],
  [{ kind: 'anonymous', why: 'asks for none' }, 'unknown', 'asks for no credential, so it could not be checked'],
  [
    { kind: 'anonymous', why: 'empty', result: 'pulls' },
    'pulls',
    'gets no credential, for there is none in the entry; the image can be pulled without one',
  ],
  [
    { kind: 'anonymous', why: 'same answer', result: 'fails' },
    'fails',
    'answers the same without the credential, so it could not be checked; without one it refuses',
  ],
  [{ kind: 'rate limited' }, 'unknown', 'limits the rate of requests; try again later'],
  [{ kind: 'rate limited', retryAfterSeconds: 0 }, 'unknown', 'limits the rate of requests; try again in 0 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 119 }, 'unknown', 'limits the rate of requests; try again in 119 s'],
  [{ kind: 'rate limited', retryAfterSeconds: 120 }, 'unknown', 'limits the rate of requests; try again in 2 min'],
  [{ kind: 'rate limited', retryAfterSeconds: 121 }, 'unknown', 'limits the rate of requests; try again in 3 min'],
  [
    { kind: 'unreachable', cause: 'dns', reason: 'r.io has no address' },
    'unknown',
    'cannot be asked: r.io has no address',
  ],
  [{ kind: 'not asked', reason: 'an alias' }, 'unknown', 'was not asked: an alias'],
])('%j', (verdict, pulls, text) => {
  expect(describeVerdict(verdict)).toBe(text);
  expect(pullResult(verdict)).toBe(pulls);
});
