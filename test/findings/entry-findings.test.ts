/** Findings about entries of a Secret: sentence and command of each. */
import { finding, withSeverity } from '../../src/findings/finding.ts';
import { at, CONFIG, DEPLOYMENT, IN_FILE, SECRET, server, shown, testFindings } from '../support/finding-table.ts';

testFindings([
  [
    finding('unreadable-entry', SECRET, { server, error: 'its auth is not base64' }),
    'error: the entry ghcr.io of secret team-a/regcred cannot be decoded (its auth is not base64), and a pod that uses it can use none of its pull secrets',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('unreadable-entry', CONFIG, { server, error: 'its auth is not base64' }),
    'error: the entry ghcr.io of file config.json cannot be decoded (its auth is not base64), and a pod that uses it can use none of its pull secrets',
    'advice',
    'vi +1 config.json',
  ],
  [
    finding('empty-entry', SECRET, { server }),
    'error: the entry ghcr.io of secret team-a/regcred is empty, so its images are pulled without a login',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('empty-entry', SECRET, { server: shown('https://index.docker.io/v1/') }),
    'error: the entry Docker Hub of secret team-a/regcred is empty, so its images are pulled without a login',
    'fix',
    'regsecret create regcred -n team-a --server docker.io',
    { image: 'org/app' },
  ],
  [
    finding('identity-token', SECRET, { server: shown('https://ghcr.io/v2/') }),
    'error: the entry https://ghcr.io/v2/ of secret team-a/regcred has only an identity token, which the kubelet ignores',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('incomplete-entry', SECRET, { server, missing: 'password' }),
    'error: the entry ghcr.io of secret team-a/regcred has no password, so its images are pulled without a login',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('incomplete-entry', IN_FILE, { server, missing: 'user name' }),
    'error: the entry ghcr.io of secret team-a/regcred has no username, so its images are pulled without a login',
    'advice',
    'regsecret create regcred -n team-a --server ghcr.io --dry-run=client -o yaml',
  ],
  [
    finding('opens-nothing', SECRET, { server: shown('ghcr'), reason: 'ghcr has no dot' }),
    'error: no image can match the entry ghcr of secret team-a/regcred: it has no dot',
    'fix',
    'regsecret create regcred -n team-a --server REGISTRY',
  ],
  [
    finding('opens-nothing', SECRET, { server: shown('ghcr'), reason: 'ghcr has no dot', proposal: 'ghcr.io' }),
    'error: no image can match the entry ghcr of secret team-a/regcred: it has no dot',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('unusual-server', SECRET, {
      server: shown('docker.io'),
      reason: 'images of Docker Hub have another',
      proposal: 'index.docker.io',
    }),
    'warning: the entry docker.io of secret team-a/regcred probably does not match the images you meant: images of Docker Hub have another',
    'fix',
    'regsecret create regcred -n team-a --server quay.io',
    { image: 'quay.io/a/b' },
  ],
  [
    finding('shadowed-entry', SECRET, { server, by: shown('ghcr.io/org') }),
    'warning: the entry ghcr.io of secret team-a/regcred is not used for images that ghcr.io/org matches',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io/org',
  ],
  [
    finding('shadowed-entry', SECRET, { server, by: shown('ghcr.io/org'), bySecret: 'other' }, 'error'),
    'error: the login for ghcr.io/org in secret other is rejected, and where ghcr.io/org in secret other matches, the entry ghcr.io of secret team-a/regcred is not tried',
    'fix',
    'regsecret create other -n team-a --server ghcr.io/org',
  ],
  [
    finding('same-key', SECRET, { servers: [server, shown('https://ghcr.io')], key: 'ghcr.io' }),
    'warning: the entries ghcr.io and https://ghcr.io of secret team-a/regcred are the same server to the kubelet (ghcr.io), which tries them in no fixed order',
    'advice',
    'kubectl edit secret regcred -n team-a',
  ],
  [
    finding('same-key', IN_FILE, { servers: [server, shown('https://ghcr.io')], key: 'ghcr.io' }),
    'warning: the entries ghcr.io and https://ghcr.io of secret team-a/regcred are the same server to the kubelet (ghcr.io), which tries them in no fixed order',
    'advice',
    'vi +3 web.yaml',
  ],
  [
    finding('white-space', SECRET, { server, field: 'password' }),
    'error: the password in the entry ghcr.io of secret team-a/regcred ends in white space, which the kubelet sends as part of it',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('ignored-login', SECRET, { server }),
    'warning: the entry ghcr.io of secret team-a/regcred also has a login that the kubelet ignores (it prefers auth to username and password)',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    withSeverity(finding('ignored-login', SECRET, { server }), 'error'),
    'error: the entry ghcr.io of secret team-a/regcred has a login that is rejected, and one that the kubelet ignores (it prefers auth to username and password)',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('expired', SECRET, { server, at, by: 'itself' }),
    'error: the login for ghcr.io in secret team-a/regcred expired at 2026-01-01T00:00:00Z',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
  ],
  [
    finding('expires-soon', SECRET, { server, at, by: 'annotation' }),
    'warning: the login for ghcr.io in secret team-a/regcred expires at 2026-01-01T00:00:00Z (annotation regsecret/expires-at)',
    'fix',
    'regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --to deployment/web && regsecret detach regcred -n team-a --from deployment/web',
    { immutable: { remedy: DEPLOYMENT } },
  ],
]);
