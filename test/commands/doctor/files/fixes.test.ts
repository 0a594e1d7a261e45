/** The commands that `doctor -f` proposes. */
import { describe, expect, test } from 'vitest';
import { CANARY } from '../../../support/canary.ts';
import { cases } from '../../../support/cases.ts';
import { pod, report, secret, secretOf } from '../../../support/doctor-files.ts';
import { fc } from '../../../support/fast-check.ts';

describe('commands that are proposed', () => {
  test.each([
    ['the place of the image, for a file may have several containers of one name', pod('', 'UPPER'), 'vi +6 FILE'],
    ['a Secret for the registry of the image', pod('{name: a}'), 'regsecret create a --server ghcr.io'],
    [
      'no registry of an invalid image',
      pod('{name: a}').replace('containers: [', 'containers: [{name: b, image: "https://quay.io/a"}, '),
      'regsecret create a --server ghcr.io',
    ],
    [
      'what is to stand in the manifest',
      secret('a').replace(`"${CANARY}"`, '""'),
      'regsecret create a --server ghcr.io --dry-run=client -o yaml',
    ],
    ['a login for a docker config', '{"auths":{"ghcr.io":{}}}', 'vi +1 FILE'],
    ['the place, where a name is no name', pod('{name: $(reboot)}, {name: "; reboot"}'), 'vi +5 FILE'],
  ])('%s', async (_, text, command) => {
    const { findings } = await report(['-f', '-'], text);
    expect(findings.map(({ fix }) => fix.command)).toContain(command);
  });
});

/** Unusual names, and names that a shell would read as more than one word. */
const hostile = fc.constantFrom(
  'a; reboot',
  '$(reboot)',
  '`reboot`',
  "it's",
  'a b',
  '-x',
  'a',
  'regcred',
  '> f',
  'a\\nb',
);

test('a command that is pasted does nothing but what it says, whatever things are called', () =>
  fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 12, maxLength: 12 }), async (names) => {
      const [ns, name, list, image, container, server, other, ns2] = names;
      const metadata = { name, namespace: ns };
      const config = JSON.stringify({ auths: { [server ?? '']: {}, 'ghcr.io': { username: 'u' } } });
      const items = [
        secretOf({ name: other, namespace: ns2 }, config),
        secretOf({ name: list, namespace: ns2 }, config),
        { ...secretOf(metadata, config), type: 'Opaque' },
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata,
          imagePullSecrets: [{ name: other }, { name: other }, {}],
        },
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata,
          spec: {
            serviceAccountName: name,
            imagePullSecrets: [{ name: list }, { name: list }, {}, { name }],
            containers: [
              { name: container, image },
              { name: container, image: 'ghcr.io/acme/web' },
            ],
          },
        },
      ];
      const { findings } = await report(['-f', '-'], JSON.stringify({ kind: 'List', items }));
      for (const { fix } of findings) {
        const bare = (fix.command ?? '').replace(/^vi /, '').replace(/\\['\\]|'[^']*'/g, '');
        expect(bare).not.toMatch(/[;`$<>()'\\]|reboot/);
      }
    }),
    { numRuns: cases(100, 300) },
  ));
