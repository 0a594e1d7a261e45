/** A command that is pasted is run where it was asked about. */
import { expect, test } from 'vitest';
import { inCluster } from '../../../src/commands/doctor.ts';
import type { FindingView } from '../../../src/domain/diagnosis/view.ts';

const about = (command: string) => {
  const found = { code: 'no-login', fix: { command, sufficient: true } } as FindingView;
  return { healthy: false, asked: false, findings: [found], unchecked: [], unseen: [] };
};

test.each([
  ['regsecret create regcred -n a --server ghcr.io', 'regsecret create --context prod regcred -n a --server ghcr.io'],
  [
    'regsecret create -n a --server r.io && regsecret attach regsecret -n a --pod web --recreate',
    'regsecret create --context prod -n a --server r.io && regsecret attach --context prod regsecret -n a --pod web --recreate',
  ],
  [
    'kubectl get secret kubectl -n a -o name | regsecret create kubectl -n b --from-file -',
    'kubectl --context prod get secret kubectl -n a -o name | regsecret create --context prod kubectl -n b --from-file -',
  ],
  [
    'kubectl debug node/n -it --image=curlimages/curl -- curl -sv https://r.io/v2/',
    'kubectl --context prod debug node/n -it --image=curlimages/curl -- curl -sv https://r.io/v2/',
  ],
  ['curl -sv https://r.io/v2/', 'curl -sv https://r.io/v2/'],
])('%s', (command, placed) => {
  expect(inCluster(about(command), '--context prod').findings[0]?.fix.command).toBe(placed);
  expect(inCluster(about(command), '').findings[0]?.fix.command).toBe(command);
});
