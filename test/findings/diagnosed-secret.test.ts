/** Whether a Secret is usable: the findings agree with the kubelet's keyring. */
import { expect, test } from 'vitest';
import { diagnoseSecret, type Usability, usabilityOf } from '../../src/findings/diagnosed-secret.ts';
import { readContents } from '../../src/secret/contents.ts';
import { exampleImage } from '../../src/secret/coverage.ts';
import { buildKeyring, KeyringError, opensImage } from '../../src/secret/keyring.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { payload } from '../support/payload-texts.ts';
import { objectOfSituation, secretSituations } from '../support/secret-situations.ts';
import { pullSecretOf } from '../support/secrets.ts';
import { hostileServer } from '../support/server-texts.ts';

/** Whether the keyring can use the Secret. */
function kubeletsUse(secret: Secret): Usability {
  try {
    buildKeyring([secret]);
  } catch (error) {
    if (error instanceof KeyringError) return 'undecodable';
    throw error;
  }
  const examples = readContents(secret).entries.map(({ server }) => exampleImage(server));
  // The kubelet sends Docker Hub's entry for these images, too, even if another entry takes precedence for docker.io (keyring.go
  // `Lookup`).
  const images = [...examples, 'localhost/a/a', 'Qq/a/a'];
  return images.some((image) => image !== undefined && opensImage(secret, image)) ? 'usable' : 'useless';
}

test.each(secretSituations)('$title', (situation) => {
  const secret = objectOfSituation(situation, 'pull', 'team-a') as Secret;
  const use = usabilityOf(diagnoseSecret(secret, Date.now()));
  expect(use).toBe(kubeletsUse(secret));
  expect(use !== 'usable').toBe(situation.refused);
});

const server = fc.oneof(hostileServer, fc.constantFrom('ghcr.io', 'r.example/acme:v1', 'docker.io', 'index.docker.io'));

test.each([
  ['kubernetes.io/dockerconfigjson', false],
  ['kubernetes.io/dockercfg', true],
] as const)('whatever is in a %s', (type, legacy) => {
  fc.assert(
    fc.property(payload(server, legacy, 20), (bytes) => {
      const secret = pullSecretOf('pull', bytes, type);
      expect(usabilityOf(diagnoseSecret(secret, 0))).toBe(kubeletsUse(secret));
    }),
    { numRuns: cases(300, 1000) },
  );
});
