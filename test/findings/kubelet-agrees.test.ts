/** Which kubelet messages fit which cause. */
import { expect, test } from 'vitest';
import { type FindingCode, kubeletAgrees } from '../../src/findings/finding.ts';
import { PULL_ERROR_TEXTS, type PullError } from '../../src/workloads/pull-error.ts';

const ERRORS = Object.keys(PULL_ERROR_TEXTS) as PullError[];
const NO_LOGIN: readonly PullError[] = ['no credential', 'no access', 'unauthorized', 'not found'];
const REFUSED: readonly PullError[] = ['refused', 'no access', 'unauthorized'];
const ANY: readonly PullError[] = ['no credential', 'refused', 'no access', 'unauthorized', 'not found'];

test.each<[FindingCode, readonly PullError[]]>([
  ['unreadable-payload', ['undecodable']],
  ['unreadable-entry', ['undecodable']],
  ['undecodable-list', ['undecodable']],
  ['credential-rejected', REFUSED],
  ['expired', REFUSED],
  ['white-space', REFUSED],
  ['ignored-login', REFUSED],
  ['shadowed-entry', REFUSED],
  ['public-image-refused', REFUSED],
  ['no-access', ANY],
  ['attached-later', ANY],
  ['outdated-pod', [...ANY, 'invalid name', 'platform', 'never']],
  ['unread-secrets', ANY],
  ['invalid-image', ['invalid name']],
  ['image-not-found', ['not found']],
  ['rate-limited', ['rate limited']],
  [
    'node-cannot-reach',
    ['name', 'connection', 'timeout', 'tls', 'authority', 'dates', 'out of order', 'layers', ...ANY],
  ],
  ['stale-secret', [...ANY, 'undecodable']],
  ['node-login-refused', REFUSED],
  ['wrong-platform', ['platform']],
  ['disk-full', ['disk']],
  ['pull-postponed', ['postponed']],
  ['never-pulled', ['never']],
  ['unverified-image', ['no credential', 'no access', 'unauthorized', 'not found', 'never']],
  ['unexplained', []],
  ['retry-pending', ERRORS],
  ['no-pull-secret', NO_LOGIN],
  ['missing-secret', NO_LOGIN],
  ['no-entry', NO_LOGIN],
])('%s: %j', (cause, errors) => {
  const agreed = ERRORS.filter((error) => kubeletAgrees(cause, error));
  expect(agreed).toEqual(ERRORS.filter((error) => errors.includes(error)));
});
