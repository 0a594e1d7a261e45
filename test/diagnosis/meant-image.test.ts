/** An image without a registry in its name is on Docker Hub, where few mean it who have a login for another registry. */
import { expect, test } from 'vitest';
import { formatFinding, isSufficient } from '../../src/findings/finding.ts';
import { login, podWith, secretWith, settle } from '../support/pull-facts.ts';
import { down, forbidden } from '../support/pull-situation.ts';

const HINT = '; no registry in the name means Docker Hub: did you mean ';
const TIMEOUT = 'dial tcp 1.2.3.4:443: i/o timeout';

test.each<[string, string, readonly string[], string | undefined, string, string | undefined]>([
  [
    'and one for another registry',
    'shop/web:v1',
    ['r.acme.io:5000'],
    undefined,
    'no-entry',
    'r.acme.io:5000/shop/web:v1',
  ],
  ['for a part of another registry', 'web', ['ghcr.io/acme'], undefined, 'no-entry', 'ghcr.io/web'],
  [
    'and the node cannot reach Docker Hub',
    'shop/web:v1',
    ['r.acme.io'],
    TIMEOUT,
    'node-cannot-reach',
    'r.acme.io/shop/web:v1',
  ],
  [
    'for two registries: which is meant is not known',
    'shop/web:v1',
    ['a.io', 'b.io'],
    undefined,
    'no-entry',
    undefined,
  ],
  ['for Docker Hub', 'shop/web:v1', ['https://index.docker.io/v1/'], TIMEOUT, 'node-cannot-reach', undefined],
  ['and the image names Docker Hub', 'docker.io/shop/web:v1', ['r.acme.io'], undefined, 'no-entry', undefined],
  ['and the image names its registry', 'ghcr.io/shop/web:v1', ['r.acme.io'], undefined, 'no-entry', undefined],
])('a pod has a login %s', (_, image, servers, status, code, meant) => {
  const secrets = { pull: secretWith(Object.fromEntries(servers.map((server) => [server, login()]))) };
  const puller = podWith({ list: [{ name: 'pull' }], image, status: status ?? 'no basic auth credentials' });
  const { cause } = settle(puller, { secrets, says: () => (status === undefined ? forbidden : down) }).judgement;
  expect(cause).toMatchObject({ code });
  const said = cause && formatFinding(cause);
  if (meant === undefined) expect(said).not.toContain(HINT);
  else expect(said).toContain(`${HINT}${meant}?`);
  if (cause && meant !== undefined) expect(isSufficient(cause)).toBe(false);
});
