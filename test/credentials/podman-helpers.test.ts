/** Which registries.conf podman reads, and what it says about logins. */
import { describe, expect, test } from 'vitest';
import { podmanHelpers, registriesConfs } from '../../src/credentials/podman-helpers.ts';
import { machine } from '../support/machine.ts';

const USER = '$HOME/.config/containers/registries.conf';

describe('the files that count, in order', () => {
  const rows: readonly (readonly [
    title: string,
    files: readonly string[],
    env: Readonly<Record<string, string>>,
    counts: readonly string[],
  ])[] = [
    ['the one of the user', [USER], {}, [USER]],
    [
      'drop-ins by name, behind it',
      [`${USER}.d/20.conf`, `${USER}.d/10.conf`, `${USER}.d/notes.txt`, USER],
      {},
      [USER, `${USER}.d/10.conf`, `${USER}.d/20.conf`],
    ],
    [
      'below XDG_CONFIG_HOME',
      [USER, '$HOME/x/containers/registries.conf'],
      { XDG_CONFIG_HOME: '$HOME/x' },
      ['$HOME/x/containers/registries.conf'],
    ],
    [
      'the one that is named, without drop-ins',
      [USER, `${USER}.d/10.conf`, '$HOME/named'],
      { CONTAINERS_REGISTRIES_CONF: '$HOME/named' },
      ['$HOME/named'],
    ],
    [
      'the override last',
      [USER, `${USER}.d/10.conf`, '$HOME/last'],
      { CONTAINERS_REGISTRIES_CONF_OVERRIDE: '$HOME/last' },
      [USER, `${USER}.d/10.conf`, '$HOME/last'],
    ],
  ];
  test.each(rows.map(([title, files, env, counts]) => ({ title, files, env, counts })))(
    '$title',
    ({ files, env, counts }) => {
      const { io, expand } = machine({ files: Object.fromEntries(files.map((file) => [file, ''])), env });
      const ours = registriesConfs(io.env, 'linux').filter((path) => path.startsWith(expand('$HOME')));
      expect(ours).toEqual(counts.map(expand));
    },
  );

  test('of Windows', () => {
    const { io, expand } = machine({
      files: { '$HOME/a/containers/registries.conf': '', '$HOME/p/containers/registries.conf.d/1.conf': '' },
      env: { APPDATA: '$HOME/a', ProgramData: '$HOME/p' },
    });
    expect(registriesConfs(io.env, 'win32')).toEqual(
      ['$HOME/a/containers/registries.conf', '$HOME/p/containers/registries.conf.d/1.conf'].map(expand),
    );
  });
});

describe('the helpers', () => {
  test.each([
    ['credential-helpers = ["a", "containers-auth.json"]', ['a', 'containers-auth.json']],
    ['Credential-Helpers = ["a"]', ['a']],
    ['unqualified-search-registries = ["docker.io"]', ['containers-auth.json']],
    ['credential-helpers = []', ['containers-auth.json']],
    ['# credential-helpers = ["a"]', ['containers-auth.json']],
  ])('%s', async (text, helpers) => {
    const { io } = machine({ files: { '$HOME/f': text }, env: { CONTAINERS_REGISTRIES_CONF: '$HOME/f' } });
    await expect(podmanHelpers(io.env)).resolves.toEqual({ helpers });
  });

  test.each([
    ['credential-helpers = "a"', 'credential-helpers is not a list of strings'],
    ['credential-helpers = [1]', 'credential-helpers is not a list of strings'],
    ['credential-helpers = ["hidden', 'line 1: '],
  ])('%s: none, and why', async (text, reason) => {
    const { io } = machine({ files: { '$HOME/f': text }, env: { CONTAINERS_REGISTRIES_CONF: '$HOME/f' } });
    const { helpers, failure } = await podmanHelpers(io.env);
    expect(helpers).toEqual([]);
    expect(failure?.message).toContain(reason);
    expect(failure?.message).not.toContain('hidden');
  });
});
