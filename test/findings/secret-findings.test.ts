/** Findings about a whole Secret: sentence and command of each. */
import { finding } from '../../src/findings/finding.ts';
import { ACCOUNT, CONFIG, DEPLOYMENT, IN_FILE, OWNER, SECRET, testFindings } from '../support/finding-table.ts';

const TYPE = 'kubernetes.io/dockerconfigjson';

testFindings([
  [
    finding('missing-secret', SECRET, {}),
    'error: secret team-a/regcred does not exist',
    'fix',
    'regsecret create regcred -n team-a',
  ],
  [
    finding('missing-secret', IN_FILE, { usedBy: ['deployment/web'] }),
    'error: deployment/web uses secret team-a/regcred, which is not in these files',
    'fix',
    'regsecret create regcred -n team-a',
  ],
  [
    finding('missing-secret', IN_FILE, { usedBy: ['deployment/web'], unplaced: { file: 's.yaml', line: 3 } }),
    'error: deployment/web uses secret team-a/regcred, but the one in s.yaml has no namespace, so it goes into the namespace of the context: add namespace: team-a to its metadata',
    'advice',
    'vi +3 s.yaml',
  ],
  [
    finding('missing-secret', IN_FILE, { usedBy: ['deployment/web'], unplaced: { file: '-', line: 3 } }),
    'error: deployment/web uses secret team-a/regcred, but the one from stdin has no namespace, so it goes into the namespace of the context: add -n team-a to the command that creates it',
    'advice',
    '',
  ],
  [
    finding('duplicate-secret', IN_FILE, { last: { file: '-', line: 7 } }),
    'warning: secret team-a/regcred is also in stdin:7; the last one applied wins, so pods get only the logins there',
    'advice',
    'vi +3 web.yaml',
  ],
  [
    finding('missing-secret', IN_FILE, { near: 'regcred2' }),
    'error: secret team-a/regcred is not in these files; did you mean regcred2?',
    'advice',
    'vi +3 web.yaml',
  ],
  [
    finding('missing-secret', SECRET, { usedBy: ['deployment/web', 'pod/a'], near: 'regcred2', remedy: DEPLOYMENT }),
    'error: secret team-a/regcred does not exist; used by deployment/web, pod/a; did you mean regcred2?',
    'fix',
    'regsecret attach regcred2 -n team-a --to deployment/web && regsecret detach regcred -n team-a --from deployment/web',
  ],
  [
    finding('missing-secret', SECRET, { near: 'regcred2', listed: true, remedy: DEPLOYMENT }),
    'error: secret team-a/regcred does not exist; did you mean regcred2?',
    'fix',
    'regsecret detach regcred -n team-a --from deployment/web',
  ],
  [
    finding('missing-secret', SECRET, {
      usable: 'other',
      listed: true,
      remedy: DEPLOYMENT,
      usedBy: ['deployment/web'],
    }),
    'error: secret team-a/regcred does not exist; used by deployment/web; secret other in the same imagePullSecrets has a login for the image',
    'fix',
    'regsecret detach regcred -n team-a --from deployment/web',
  ],
  [
    finding('missing-secret', SECRET, { near: 'regcred2', remedy: ACCOUNT }),
    'error: secret team-a/regcred does not exist; did you mean regcred2?',
    'fix',
    'regsecret attach regcred2 -n team-a --serviceaccount default && regsecret detach regcred -n team-a --serviceaccount default && kubectl delete pod web-1 -n team-a',
  ],
  [
    finding('missing-secret', SECRET, { near: 'regcred2', remedy: OWNER }),
    'error: secret team-a/regcred does not exist; did you mean regcred2?',
    'advice',
    'kubectl edit rollout.argoproj.io/web -n team-a',
  ],
  [
    finding('missing-secret', SECRET, { near: 'regcred2' }),
    'error: secret team-a/regcred does not exist; did you mean regcred2?',
    'fix',
    'regsecret create regcred -n team-a',
  ],
  [
    finding('missing-secret', SECRET, { elsewhere: { namespaces: ['prod', 'dev'] } }),
    'error: secret team-a/regcred does not exist; it exists in namespaces prod, dev, but a pod can use only Secrets of its own namespace',
    'fix',
    'regsecret create regcred -n team-a',
  ],
  [
    finding(
      'missing-secret',
      { kind: 'Secret', name: 'regcred', file: 'web.yaml' },
      { elsewhere: { namespaces: ['prod'] } },
    ),
    'error: secret regcred is not in these files; the Secret of that name there is for namespace prod',
    'fix',
    'regsecret create regcred',
  ],
  [
    finding('missing-secret', SECRET, { near: 'regcred2', elsewhere: { namespaces: ['prod'] }, remedy: DEPLOYMENT }),
    'error: secret team-a/regcred does not exist; did you mean regcred2?',
    'fix',
    'regsecret attach regcred2 -n team-a --to deployment/web && regsecret detach regcred -n team-a --from deployment/web',
  ],
  [
    finding('missing-secret', SECRET, { usedBy: ['pod/a', 'pod/b', 'pod/c', 'pod/d', 'pod/e'] }),
    'error: secret team-a/regcred does not exist; used by pod/a, pod/b, pod/c, pod/d and 1 more',
    'fix',
    'regsecret create regcred -n team-a',
  ],
  [
    finding('wrong-type', SECRET, { type: 'Opaque' }),
    'error: secret team-a/regcred has the type Opaque, which the kubelet ignores',
    'fix',
    'regsecret create regcred -n team-a --force',
  ],
  [
    finding('wrong-type', SECRET, { type: 'Opaque', dataKey: '.dockerconfigjson' }),
    'error: secret team-a/regcred has a .dockerconfigjson, but the type Opaque, which the kubelet ignores',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io --force',
    { image: 'ghcr.io/org/app:v1' },
  ],
  [
    finding('wrong-type', IN_FILE, { type: 'Opaque' }),
    'error: secret team-a/regcred has the type Opaque, which the kubelet ignores',
    'advice',
    'regsecret create regcred -n team-a --dry-run=client -o yaml',
  ],
  [
    finding('no-payload', SECRET, { type: TYPE, dataKey: '.dockerconfigjson' }),
    'error: secret team-a/regcred has the type kubernetes.io/dockerconfigjson and nothing under .dockerconfigjson',
    'fix',
    'regsecret create regcred -n team-a --replace',
  ],
  [
    finding('no-payload', SECRET, { type: TYPE, dataKey: '.dockerconfigjson' }),
    'error: secret team-a/regcred has the type kubernetes.io/dockerconfigjson and nothing under .dockerconfigjson',
    'fix',
    'regsecret create regcred -n team-a --server ghcr.io',
    { image: 'ghcr.io/org/app:v1' },
  ],
  [
    finding('wrong-format', SECRET, { type: TYPE, form: 'kubernetes.io/dockercfg' }),
    'error: secret team-a/regcred has the type kubernetes.io/dockerconfigjson, but the content of kubernetes.io/dockercfg, so the kubelet finds no login in it',
    'fix',
    'regsecret create regcred -n team-a --force',
  ],
  [
    finding('wrong-format', SECRET, { type: TYPE, form: 'kubernetes.io/dockercfg' }),
    'error: secret team-a/regcred has the type kubernetes.io/dockerconfigjson, but the content of kubernetes.io/dockercfg, so the kubelet finds no login in it',
    'fix',
    'regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --to deployment/web && regsecret detach regcred -n team-a --from deployment/web',
    { image: 'ghcr.io/org/app:v1', immutable: { remedy: DEPLOYMENT } },
  ],
  [
    finding('unreadable-payload', SECRET, { error: 'it is not JSON' }),
    'error: secret team-a/regcred cannot be decoded (it is not JSON), and a pod that uses it can use none of its pull secrets',
    'fix',
    'regsecret create regcred -n team-a --replace',
  ],
  [
    finding('unreadable-payload', CONFIG, { error: 'it is not JSON' }),
    'error: file config.json cannot be decoded (it is not JSON), and a pod that uses it can use none of its pull secrets',
    'advice',
    'regsecret create --from-file config.json --dry-run=client -o yaml',
  ],
  [
    finding('no-login', SECRET, {}),
    'error: secret team-a/regcred holds no login',
    'fix',
    'regsecret create regcred -n team-a --replace',
  ],
  [
    finding('no-login', IN_FILE, {}),
    'error: secret team-a/regcred holds no login',
    'advice',
    'regsecret create regcred -n team-a --dry-run=client -o yaml',
  ],
  [
    finding('no-login', CONFIG, {}),
    'error: file config.json holds no login',
    'advice',
    'regsecret create --from-file config.json --dry-run=client -o yaml',
  ],
  [
    finding('credential-store', SECRET, { helpers: ['pass', 'osxkeychain'] }),
    'error: secret team-a/regcred holds no login: its source keeps them in credential stores pass, osxkeychain',
    'fix',
    'regsecret create regcred -n team-a --replace',
  ],
  [
    finding('credential-store', CONFIG, { helpers: ['pass'] }),
    'error: file config.json holds no login: its source keeps them in credential store pass',
    'advice',
    'vi +1 config.json',
    { image: 'app' },
  ],
]);
