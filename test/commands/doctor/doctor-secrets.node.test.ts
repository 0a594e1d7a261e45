/** The matrix of `why pod/x`: everything that can be wrong with a Secret. */
import { describe } from 'vitest';
import { janedoe, johndoe } from '../../environment/use.ts';
import { base64, good, login, wrong } from '../../support/doctor-machine.ts';
import type { Situation } from '../../support/doctor-world.ts';
import { testSituations } from '../../support/situations.ts';

const json = (value: object): string => base64(JSON.stringify(value));
const create = 'regsecret create regcred -n NS --server HOST';
const list = ['regcred'];
const { username, password } = janedoe;

const useless: readonly Situation[] = [
  [
    'a Secret of type Opaque',
    {
      secrets: (host) => ({
        regcred: { type: 'Opaque', data: { '.dockerconfigjson': json({ auths: { [host]: good } }) } },
      }),
      list,
    },
    { kubelet: 'no credential', cause: 'wrong-type', fix: `${create} --force` },
  ],
  [
    'a docker config in a Secret of the legacy type, for a Deployment',
    {
      kind: 'Deployment',
      secrets: (host) => ({
        regcred: { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': json({ auths: { [host]: good } }) } },
      }),
      list,
    },
    { kubelet: 'no credential', cause: 'wrong-format', fix: create },
  ],
  [
    'a legacy map in a Secret of the other type',
    { secrets: (host) => ({ regcred: { [host]: good } }), list },
    { kubelet: 'no credential', cause: 'wrong-format', fix: create },
  ],
  [
    'a docker config whose logins are in a credentials store',
    { secrets: () => ({ regcred: { auths: {}, credsStore: 'desktop' } }), list },
    { kubelet: 'no credential', cause: 'credential-store', fix: create },
  ],
  [
    'the marker that a credentials store leaves in docker config',
    { secrets: (host) => ({ regcred: { auths: { [host]: {} }, credsStore: 'desktop' } }), list },
    { kubelet: 'no credential', cause: 'credential-store', fix: create },
  ],
  [
    'a docker config without entries',
    { secrets: () => ({ regcred: { auths: {} } }), list },
    { kubelet: 'no credential', cause: 'no-login', fix: create },
  ],
  [
    'an empty entry beside one for another registry, on the Bearer registry',
    { on: 'bearer', secrets: (host) => ({ regcred: { auths: { [host]: {}, 'quay.io': good } } }), list },
    { kubelet: 'no access', cause: 'empty-entry', fix: create },
  ],
  [
    'an identity token alone, on the Bearer registry',
    { on: 'bearer', secrets: (host) => ({ regcred: { auths: { [host]: { identitytoken: 'x' } } } }), list },
    { kubelet: 'no access', cause: 'identity-token', fix: create },
  ],
  [
    'a user name without a password',
    { secrets: (host) => ({ regcred: { auths: { [host]: login(janedoe.username, '') } } }), list },
    { kubelet: 'no credential', cause: 'incomplete-entry', fix: create },
  ],
];

const spoiling: readonly Situation[] = [
  [
    'a good Secret and one with an auth that is not base64',
    {
      secrets: (host) => ({
        good: { auths: { [host]: good } },
        bad: { auths: { 'r.example': { auth: 'notbase64!' } } },
      }),
      list: ['good', 'bad'],
    },
    {
      kubelet: 'undecodable',
      cause: 'unreadable-entry',
      fix: 'regsecret create bad -n NS --server r.example',
    },
  ],
  [
    'a good login beside an auth that is not base64, which no image needs',
    {
      secrets: (host) => ({ regcred: { auths: { [host]: good, 'r.example': { auth: 'notbase64!' } } } }),
      list,
    },
    {
      kubelet: 'undecodable',
      cause: 'unreadable-entry',
      fix: 'regsecret remove regcred -n NS --server r.example',
    },
  ],
  [
    'a good Secret and one with an auth that has no colon, for a StatefulSet',
    {
      kind: 'StatefulSet',
      secrets: (host) => ({
        good: { auths: { [host]: good } },
        bad: { auths: { [host]: { auth: base64('nocolon') } } },
      }),
      list: ['good', 'bad'],
    },
    { kubelet: 'undecodable', cause: 'unreadable-entry', fix: 'regsecret create bad -n NS --server HOST' },
  ],
  [
    'a password that is no text',
    { secrets: (host) => ({ regcred: { auths: { [host]: { username: 'janedoe', password: 5 } } } }), list },
    { kubelet: 'undecodable', cause: 'unreadable-entry', fix: create },
  ],
  [
    'auths that is a list',
    { secrets: () => ({ regcred: { auths: [] } }), list },
    { kubelet: 'undecodable', cause: 'unreadable-payload', fix: `${create} --replace` },
  ],
];

const rejected: readonly Situation[] = [
  [
    'a wrong password',
    { secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }), list },
    { kubelet: 'refused', cause: 'credential-rejected', fix: create },
  ],
  [
    'a wrong password on the Bearer registry, for a Deployment',
    {
      backOff: true,
      on: 'bearer',
      kind: 'Deployment',
      secrets: (host) => ({ regcred: { auths: { [host]: wrong } } }),
      list,
    },
    { kubelet: 'refused', cause: 'credential-rejected', fix: create },
  ],
  [
    'a wrong password in a Secret that is immutable',
    {
      secrets: (host) => ({
        regcred: {
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': json({ auths: { [host]: wrong } }) },
          immutable: true,
        },
      }),
      list,
    },
    {
      kubelet: 'refused',
      cause: 'credential-rejected',
      fix: 'regsecret create regcred-2 -n NS --server HOST && regsecret attach regcred-2 -n NS --pod web --recreate && regsecret detach regcred -n NS --pod web --recreate',
    },
  ],
  [
    'a newline behind the password',
    {
      backOff: true,
      secrets: (host) => ({ regcred: { auths: { [host]: login(janedoe.username, `${janedoe.password}\n`) } } }),
      list,
    },
    { kubelet: 'refused', cause: 'white-space', fix: create },
  ],
  [
    'a password that was changed beside auth',
    {
      secrets: (host) => ({
        regcred: { auths: { [host]: { ...login(janedoe.username, 'old'), username, password } } },
      }),
      list,
    },
    { kubelet: 'refused', cause: 'ignored-login', fix: create },
  ],
  [
    'a password that has ended, as the annotation says',
    {
      secrets: (host) => ({
        regcred: {
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': json({ auths: { [host]: wrong } }) },
          metadata: { annotations: { 'regsecret/expires-at': JSON.stringify({ [host]: '2026-01-01T00:00:00Z' }) } },
        },
      }),
      list,
    },
    { kubelet: 'refused', cause: 'expired', fix: create },
  ],
  [
    'a token that has ended, as it says itself, on the Bearer registry',
    { on: 'bearer', secrets: (host) => ({ regcred: { auths: { [host]: login('janedoe', endedToken()) } } }), list },
    { kubelet: 'refused', cause: 'expired', fix: create },
  ],
  [
    'two Secrets that are both rejected',
    {
      secrets: (host) => ({ one: { auths: { [host]: wrong } }, two: { auths: { [host]: login('rex', 'wrong') } } }),
      list: ['one', 'two'],
    },
    {
      kubelet: 'refused',
      cause: 'credential-rejected',
      fix: 'regsecret create one -n NS --server HOST',
      notes: ['different-credentials'],
    },
  ],
  [
    'a good login without access to the repository, on the Bearer registry',
    {
      backOff: true,
      on: 'bearer',
      secrets: (host) => ({ regcred: { auths: { [host]: login(johndoe.username, johndoe.password) } } }),
      list,
    },
    { kubelet: 'no access', cause: 'no-access', fix: create },
  ],
];

function endedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp: 1_760_000_000 })}.`;
}

describe.concurrent('a Secret of no use', () => testSituations(useless));
describe.concurrent('a Secret that spoils the others', () => testSituations(spoiling));
describe.concurrent('a login that is refused', () => testSituations(rejected));
