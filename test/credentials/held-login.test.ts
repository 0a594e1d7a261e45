/** A username without a password, where no terminal is: the login of that user which this machine has. */
import { expect, test } from 'vitest';
import { collectCredentials } from '../../src/credentials/collect.ts';
import type { CredentialOptions } from '../../src/credentials/credential-flags.ts';
import { rejectionOf } from '../support/hints.ts';
import { machine } from '../support/machine.ts';

const auth = (login: string): object => ({ auth: Buffer.from(login).toString('base64') });
const CONFIG = {
  auths: {
    'ghcr.io': auth('bot:pw1'),
    'quay.io': auth('bot:pw2'),
    'a.io': auth('jane:pw3'),
    'https://index.docker.io/v1/': auth('bot:pw4'),
  },
};
const at = () => machine({ files: { '$HOME/.docker/config.json': CONFIG } });

test.each<[situation: string, options: CredentialOptions, passwords: string[]]>([
  ['of one registry', { server: ['ghcr.io'], username: 'bot' }, ['pw1']],
  ['of two', { server: ['ghcr.io', 'quay.io'], username: 'bot' }, ['pw1', 'pw2']],
  ['of Docker Hub, which needs no name', { username: 'bot' }, ['pw4']],
])('%s', async (_, options, passwords) => {
  const { entries, personal, prompted } = await collectCredentials(options, at().io);
  expect(entries.map(({ credential }) => credential.password)).toEqual(passwords);
  expect([personal, prompted]).toEqual([true, false]);
});

test.each<[situation: string, options: CredentialOptions]>([
  ['of another user', { server: ['a.io'], username: 'bot' }],
  ['of another user at one of two', { server: ['ghcr.io', 'a.io'], username: 'bot' }],
  ['of no one', { server: ['b.io'], username: 'bot' }],
  ["with kubectl's flags, which ask nothing of this machine", { dockerServer: 'ghcr.io', dockerUsername: 'bot' }],
])('there is a login %s', async (_, options) => {
  const { message, hint } = await rejectionOf(collectCredentials(options, at().io));
  expect([message, hint]).toEqual([
    'there is a username, but no password',
    'add --password-stdin and pipe the password in',
  ]);
});
