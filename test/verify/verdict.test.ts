/** What an answer of a registry means for a pull. */
import { expect, test } from 'vitest';
import { pullResult, type Verdict } from '../../src/verify/verdict.ts';

test.each<[Verdict, 'pulls' | 'fails' | 'unknown']>([
  [{ kind: 'accepted' }, 'pulls'],
  [{ kind: 'accepted', public: true }, 'pulls'],
  [{ kind: 'rejected', status: 401 }, 'fails'],
  [{ kind: 'rejected', status: 401, public: true }, 'pulls'],
  [{ kind: 'no access', repository: 'a/b', status: 403 }, 'fails'],
  [{ kind: 'not found', repository: 'a/b' }, 'fails'],
  [{ kind: 'not found', repository: 'a/b', missing: 'repository' }, 'fails'],
  [{ kind: 'not found', repository: 'a/b', missing: 'tag' }, 'fails'],
  [{ kind: 'anonymous', why: 'asks for none' }, 'unknown'],
  [{ kind: 'anonymous', why: 'empty', result: 'pulls' }, 'pulls'],
  [{ kind: 'anonymous', why: 'same answer', result: 'fails' }, 'fails'],
  [{ kind: 'rate limited' }, 'unknown'],
  [{ kind: 'rate limited', retryAfterSeconds: 0 }, 'unknown'],
  [{ kind: 'rate limited', retryAfterSeconds: 119 }, 'unknown'],
  [{ kind: 'rate limited', retryAfterSeconds: 120 }, 'unknown'],
  [{ kind: 'rate limited', retryAfterSeconds: 121 }, 'unknown'],
  [{ kind: 'unreachable', cause: 'dns', reason: 'r.io has no address' }, 'unknown'],
  [{ kind: 'not asked', reason: 'an alias' }, 'unknown'],
])('%j', (verdict, pulls) => {
  expect(pullResult(verdict)).toBe(pulls);
});
