/** docker-credential-pass as Debian has it (packages golang-docker-credential-helpers, pass, gnupg), with a real store. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getFromHelper, listHelper } from '../../src/credentials/helper.ts';
import { dockerLogins, lookUpOne } from '../../src/credentials/login-keychain.ts';
import { installed } from '../support/installed.ts';
import { type FakeIo, fakeIo } from '../support/io.ts';
import { createPassStore, type PassStore, passPrograms } from '../support/pass-store.ts';

describe.runIf(installed('pass', passPrograms))('pass', () => {
  let pass: PassStore;
  let io: FakeIo;
  const store = (server: string, username: string, secret: string): string =>
    pass.run(
      'docker-credential-pass',
      ['store'],
      JSON.stringify({ ServerURL: server, Username: username, Secret: secret }),
    );

  beforeAll(() => {
    pass = createPassStore();
    io = fakeIo({ env: pass.env });
  });

  afterAll(() => pass.remove());

  test('that was never set up knows nothing', async () => {
    await expect(getFromHelper('pass', 'r.io', io)).resolves.toBeUndefined();
    await expect(dockerLogins(io).list()).resolves.toEqual({ servers: [], warnings: [] });
  });

  test('keeps logins and identity tokens, and knows nothing of other servers', async () => {
    pass.init();
    store('https://index.docker.io/v1/', 'jane', 'p"ä\\ss');
    store('acr.example.com', '<token>', 'refresh');
    await expect(getFromHelper('pass', 'https://index.docker.io/v1/', io)).resolves.toEqual({
      username: 'jane',
      password: 'p"ä\\ss',
    });
    await expect(getFromHelper('pass', 'acr.example.com', io)).resolves.toEqual({
      username: '',
      password: '',
      identityToken: 'refresh',
    });
    await expect(getFromHelper('pass', 'quay.io', io)).resolves.toBeUndefined();
    expect(Object.fromEntries(await listHelper('pass', io))).toEqual({
      'https://index.docker.io/v1/': 'jane',
      'acr.example.com': '<token>',
    });
  });

  test.runIf(process.platform === 'linux')('is the store that docker takes without a config', async () => {
    const found = await lookUpOne(dockerLogins(io), 'docker.io', []);
    expect(found).toEqual({
      server: 'https://index.docker.io/v1/',
      from: 'docker credential store "pass"',
      credential: { username: 'jane', password: 'p"ä\\ss' },
    });
  });
});
