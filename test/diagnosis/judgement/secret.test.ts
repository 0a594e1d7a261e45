/** A Secret that is missing, cannot be read by the kubelet, or has no login. */
import { broken, create, judgements, noTag, type Row } from '../../support/judgement-table.ts';
import { deployment, login, podWith, secretWith } from '../../support/pull-facts.ts';
import { forbidden, good, jane, list, quay, wrong } from '../../support/pull-situation.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const secrets: readonly Row[] = [
  [
    'a Secret that is missing',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: 'missing' }, says: jane },
    { outcome: 'will not pull', cause: 'missing-secret', fix: create },
  ],
  [
    'a Secret that is nearly called so and opens the image',
    podWith({ list: list('regcerd') }),
    { secrets: { regcerd: 'missing', regcred: good }, others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach regcerd -n team-a --pod web --recreate',
    },
  ],
  [
    'a Secret that is nearly called so and opens the image, and the list is that of the service account',
    {
      ...podWith({
        list: list('regcerd'),
        remedy: deployment,
        pod: { template: { name: 'deployment/web', list: undefined } },
      }),
      count: 2,
      names: ['web', 'web-2'],
    },
    { secrets: { regcerd: 'missing', regcred: good }, account: list('regcerd'), others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --serviceaccount default && regsecret detach regcerd -n team-a --serviceaccount default && kubectl delete pod web web-2 -n team-a',
    },
  ],
  [
    'a Secret that is nearly called so, whose login is told that there is no such image, and one in another namespace',
    podWith({ list: list('regcerd') }),
    {
      secrets: { regcerd: { elsewhere: ['prod'] }, regcred: good },
      others: ['regcred'],
      says: (user) => (user === undefined ? forbidden : noTag),
    },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach regcerd -n team-a --pod web --recreate',
      sufficient: false,
    },
  ],
  [
    'a Secret of another name that opens the image, and one of that name in another namespace',
    podWith({ list: list('old') }),
    { secrets: { old: { elsewhere: ['prod'] }, regcred: good }, others: ['regcred'], says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n team-a --pod web --recreate && regsecret detach old -n team-a --pod web --recreate',
    },
  ],
  [
    'a Secret that is in another namespace',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { elsewhere: ['prod'] } }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret create regcred -n team-a --server ghcr.io',
    },
  ],
  [
    'a Secret that is in other namespaces: their logins are tried nowhere, whatever they open',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: { elsewhere: ['dev', 'prod'] } },
      beyond: { 'dev/regcred': quay, 'prod/regcred': good },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'missing-secret',
      fix: 'regsecret create regcred -n team-a --server ghcr.io',
      asked: ['anonymous'],
    },
  ],
  [
    'a Secret of type Opaque',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, type: 'Opaque' } }, says: jane },
    { outcome: 'will not pull', cause: 'wrong-type', fix: `${create} --force` },
  ],
  [
    'a docker config in a Secret of the legacy type',
    podWith({ list: list('regcred') }),
    {
      secrets: {
        regcred: {
          ...good,
          type: 'kubernetes.io/dockercfg',
          data: { '.dockercfg': good.data?.['.dockerconfigjson'] ?? '' },
        },
      },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'wrong-format', fix: create },
  ],
  [
    'nothing under the key',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, data: {} } }, says: jane },
    { outcome: 'will not pull', cause: 'no-payload', fix: create },
  ],
  [
    'a good Secret and one with an entry that cannot be decoded',
    podWith({ list: list('a', 'regcred') }),
    { secrets: { a: good, regcred: broken }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'unreadable-entry',
      fix: 'regsecret remove regcred -n team-a --server r.io',
      asked: [],
    },
  ],
  [
    'a good entry and one under the same key that cannot be decoded, which is no other login',
    podWith({ list: list('a', 'regcred') }),
    { secrets: { a: good, regcred: secretWith({ 'ghcr.io': { auth: 'notbase64!' } }) }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-entry', fix: create, notes: [] },
  ],
  [
    'no JSON',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...good, data: { '.dockerconfigjson': base64('x') } } }, says: jane },
    { outcome: 'will not pull', cause: 'unreadable-payload', fix: `${create} --replace` },
  ],
  [
    'an immutable Secret with a wrong password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...wrong, immutable: true } }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: 'regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate',
    },
  ],
  [
    'an immutable Secret with a wrong password and a login for another registry, which pods keep',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: secretWith({ 'ghcr.io': login('rex'), 'quay.io': login() }, { immutable: true }) },
      says: jane,
    },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate`,
    },
  ],
  [
    'an immutable Secret with a wrong password, where the next two names are taken',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: { ...wrong, immutable: true }, 'regcred-2': wrong, 'regcred-3': wrong }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'credential-rejected',
      fix: 'regsecret create regcred-4 -n team-a --server ghcr.io && regsecret attach regcred-4 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate',
    },
  ],
  [
    'an immutable Secret without an entry for the image',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'quay.io': login() }, { immutable: true }) }, says: jane },
    {
      outcome: 'will not pull',
      cause: 'no-entry',
      fix: `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret create regcred-2 -n team-a --server ghcr.io && regsecret attach regcred-2 -n team-a --pod web --recreate && regsecret detach regcred -n team-a --pod web --recreate`,
    },
  ],
  [
    'the logins are in a credential store',
    podWith({ list: list('regcred') }),
    {
      secrets: { regcred: { ...good, data: { '.dockerconfigjson': base64('{"auths":{},"credsStore":"desktop"}') } } },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'credential-store', fix: create },
  ],
  [
    'an empty entry, which is the mark of a credential store',
    podWith({ list: list('regcred') }),
    {
      secrets: {
        regcred: {
          ...good,
          data: { '.dockerconfigjson': base64('{"auths":{"ghcr.io":{}},"credsStore":"desktop"}') },
        },
      },
      says: jane,
    },
    { outcome: 'will not pull', cause: 'credential-store', fix: create },
  ],
  [
    'no entries',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({}) }, says: jane },
    { outcome: 'will not pull', cause: 'no-login', fix: create },
  ],
  [
    'an empty entry',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': {}, 'quay.io': login() }) }, says: jane },
    { outcome: 'will not pull', cause: 'empty-entry', fix: create, asked: ['anonymous'] },
  ],
  [
    'an identity token',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': { identitytoken: 't' } }) }, says: jane },
    { outcome: 'will not pull', cause: 'identity-token', fix: create },
  ],
  [
    'a user name without a password',
    podWith({ list: list('regcred') }),
    { secrets: { regcred: secretWith({ 'ghcr.io': { auth: base64('janedoe:') } }) }, says: jane },
    { outcome: 'will not pull', cause: 'incomplete-entry', fix: create },
  ],
];

judgements('the Secret', secrets);
