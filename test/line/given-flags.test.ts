/** The flags of a command line that proposed commands repeat. */
import { expect, test } from 'vitest';
import { clusterWords, configWords, type GivenFlags, shownAddress } from '../../src/line/given-flags.ts';

test.each<[GivenFlags, regsecret: string[], kubectl?: string[]]>([
  [{}, []],
  [{ kubeconfig: 'k' }, ['--kubeconfig', 'k']],
  [{ context: 'prod' }, ['--context', 'prod']],
  [{ cluster: 'c' }, ['--cluster', 'c']],
  [{ user: 'jane' }, ['--user', 'jane']],
  [{ apiServer: 'https://h:6443' }, ['--api-server', 'https://h:6443'], ['--server', 'https://h:6443']],
  [{ as: 'joe' }, ['--as', 'joe']],
  [{ asGroup: ['g', 'h'] }, ['--as-group', 'g', '--as-group', 'h']],
  [{ asUid: '7' }, ['--as-uid', '7']],
  [{ certificateAuthority: 'ca.pem' }, ['--certificate-authority', 'ca.pem']],
  [{ clientCertificate: 'c.pem' }, ['--client-certificate', 'c.pem']],
  [{ clientKey: 'k.pem' }, ['--client-key', 'k.pem']],
  [{ tlsServerName: 'n' }, ['--tls-server-name', 'n']],
  [{ insecureSkipTlsVerify: true }, ['--insecure-skip-tls-verify']],
  [{ insecureSkipTlsVerify: false, context: '', asGroup: ['', 'g'] }, ['--as-group', 'g']],
  [{ as: 'joe', context: 'prod', namespace: 'team-a' }, ['--context', 'prod', '--as', 'joe']],
])('%j', (given, regsecret, kubectl = regsecret) => {
  expect(clusterWords(given, 'regsecret')).toEqual(regsecret);
  expect(clusterWords(given, 'kubectl')).toEqual(kubectl);
});

test('a command that only reads the kubeconfig is told which', () => {
  expect(configWords({ kubeconfig: 'k', context: 'prod' })).toEqual(['--kubeconfig', 'k']);
  expect(configWords({ kubeconfig: '', context: 'prod' })).toEqual([]);
  expect(configWords({})).toEqual([]);
});

test.each([
  ['https://h:6443', 'https://h:6443'],
  ['https://h:6443/k8s/clusters/c', 'https://h:6443/k8s/clusters/c'],
  ['https://u:p@h', 'https://h'],
  ['https://u:p/q@h/x', 'https://h/x'],
  ['u:p@h:6443', 'h:6443'],
  ['https://u:p@q@h', 'https://h'],
])('the address %s is shown as %s', (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
});
