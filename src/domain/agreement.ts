/** Whether the kubelet says what is to be expected for a cause. */
import type { FindingCode } from './finding.ts';
import type { Symptom } from './symptom.ts';

/** Some registries do not tell those without a login what there is. */
const NO_LOGIN: readonly Symptom[] = ['no credential', 'unauthorized', 'no access', 'not found'];
const REFUSED: readonly Symptom[] = ['refused', 'unauthorized', 'no access'];
const ANY: readonly Symptom[] = [...NO_LOGIN, 'refused'];

/** Causes for which it says something else than that there was no login. */
const SAYS: Readonly<Partial<Record<FindingCode, readonly Symptom[]>>> = {
  'unreadable-payload': ['undecodable'],
  'unreadable-entry': ['undecodable'],
  'spoiled-list': ['undecodable'],
  'credential-rejected': REFUSED,
  expired: REFUSED,
  'white-space': REFUSED,
  'shadowed-entry': REFUSED,
  'public-image-refused': REFUSED,
  'no-access': ANY,
  'attached-later': ANY,
  'outdated-pod': ANY,
  'unread-secrets': ANY,
  'invalid-image': ['invalid name'],
  'image-not-found': ['not found'],
  'rate-limited': ['rate limited'],
  'node-cannot-reach': ['name', 'connection', 'timeout', 'tls', 'out of order', 'layers'],
  'wrong-platform': ['platform'],
  'disk-full': ['disk'],
  'pull-postponed': ['postponed'],
  'never-pulled': ['never'],
  'unverified-image': ['never', ...NO_LOGIN],
  unexplained: [],
};

export function agrees(cause: FindingCode, symptom: Symptom): boolean {
  // What it said last is what was true then.
  return cause === 'retry-pending' || (SAYS[cause] ?? NO_LOGIN).includes(symptom);
}
