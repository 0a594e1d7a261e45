/** Turns the targets of a request back into flags. */
import { expect, test } from 'vitest';
import { type AttachRequest, targetWords } from '../../src/attaching/request.ts';
import { attachRequest } from '../support/attach-request.ts';
import { shownHint } from '../support/hints.ts';

test.each<[Partial<AttachRequest>, string]>([
  [{ targets: [{ kind: 'ServiceAccount', name: 'ci' }] }, '--serviceaccount ci'],
  [{ targets: [{ kind: 'Pod', name: 'web' }] }, '--pod web'],
  [{ targets: [{ kind: 'Deployment', name: 'web' }] }, '--to deployment/web'],
  [{ verb: 'detach', targets: [{ kind: 'Job', name: 'j' }] }, '--from job/j'],
  [
    {
      targets: [
        { kind: 'Pod', name: 'a' },
        { kind: 'Pod', name: 'b' },
      ],
    },
    '--pod a --pod b',
  ],
  [{ targets: [{ kind: 'CronJob', name: 'nightly' }] }, '--to cronjob/nightly'],
  [{ selections: [{ by: 'use' }] }, '--used'],
  [{ selections: [{ by: 'kind', kind: 'ServiceAccount' }] }, '--all-serviceaccounts'],
  [
    { selections: [{ by: 'kind', kind: 'ServiceAccount', labelSelector: 'app=web' }] },
    '--all-serviceaccounts -l app=web',
  ],
  [
    { verb: 'detach', selections: [{ by: 'kind', kind: 'Pod', labelSelector: 'a=b' }], allNamespaces: true },
    '--from pod -l a=b',
  ],
  [{ selections: [{ by: 'kind', kind: 'Deployment' }] }, '--to deployment'],
])('%j', (change, line) => {
  expect(shownHint(targetWords(attachRequest(change)))).toBe(line);
});
