/** Findings that appear only when many objects are examined: sentence and command of each. */
import { finding } from '../../src/findings/finding.ts';
import { DEPLOYMENT, image, POD, SECRET, server, testFindings } from '../support/finding-table.ts';

const MANIFEST = { kind: 'File', name: 'web.yaml', file: 'web.yaml', line: 3 } as const;

testFindings([
  [
    finding('fails-at-restart', POD, { image, cause: finding('empty-entry', SECRET, { server }) }),
    'error: pod team-a/web-1 runs, but could not pull ghcr.io/org/app:v1 again: the entry ghcr.io of secret team-a/regcred is empty, so its images are pulled without a login',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('fails-at-restart', POD, { image, cause: finding('no-login', SECRET, {}) }),
    'error: pod team-a/web-1 runs, but could not pull ghcr.io/org/app:v1 again: secret team-a/regcred holds no login',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('fails-at-restart', POD, { image, cause: finding('never-pulled', POD, { image, remedy: DEPLOYMENT }) }),
    'error: pod team-a/web-1 runs, but could not pull ghcr.io/org/app:v1 again: pod team-a/web-1 does not pull ghcr.io/org/app:v1 (imagePullPolicy Never), and its node does not have it, or only for other logins',
    'advice',
    'kubectl edit deployment web -n team-a',
  ],
  [
    finding('unused-secret', SECRET, {}),
    'warning: no imagePullSecrets reference secret team-a/regcred; volumes and env not checked',
    'advice',
    'regsecret inspect regcred -n team-a',
  ],
  [
    finding('same-content', SECRET, { others: ['a', 'b', 'c', 'd', 'e'] }),
    'warning: secret team-a/regcred holds the same logins as a, b, c, d and 1 more',
    'advice',
    'regsecret list -n team-a -o wide',
  ],
  [
    finding('unread-object', SECRET, { reason: 'it is forbidden' }),
    'error: secret team-a/regcred cannot be read: it is forbidden',
    'advice',
    'kubectl get secret regcred -n team-a',
  ],
  [
    finding('unread-object', SECRET, { reason: 'TypeError', bug: true }),
    'error: secret team-a/regcred was not checked, because of a bug in regsecret (TypeError)',
    'advice',
    'regsecret why secret/regcred -n team-a',
  ],
  [
    finding('unreadable-file', MANIFEST, { error: 'it is not YAML', chart: false }),
    'error: file web.yaml cannot be read: it is not YAML',
    'advice',
    'kubectl create --dry-run=client -f web.yaml',
  ],
  [
    finding('unreadable-file', MANIFEST, { error: 'it is not YAML', chart: true }),
    'error: file web.yaml cannot be read: it is not YAML; it seems to be the template of a chart',
    'advice',
    'helm template CHART | regsecret doctor -f -',
  ],
  [
    finding('unreadable-file', MANIFEST, { error: 'it is not YAML', chart: true, others: ['b.yaml'] }),
    'error: file web.yaml cannot be read: it is not YAML; it seems to be the template of a chart, and so does b.yaml',
    'advice',
    'helm template CHART | regsecret doctor -f -',
  ],
  [
    finding('unreadable-file', MANIFEST, { error: 'it is not YAML', chart: true, others: ['b.yaml', 'c.yaml'] }),
    'error: file web.yaml cannot be read: it is not YAML; it seems to be the template of a chart, and so do b.yaml, c.yaml',
    'advice',
    'helm template CHART | regsecret doctor -f -',
  ],
]);
