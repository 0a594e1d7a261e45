/** Secrets and images for the kubelet's keyring. Most Secrets match their image; the others are designed to be misread. */
import type { Secret } from '../../src/secret/secret.ts';
import { fc } from './fast-check.ts';
import { imageOf, imageParts, oddImage } from './image-texts.ts';
import type { KeyringCase } from './oracle.ts';
import { payload } from './payload-texts.ts';
import { hostileServer, serverFor } from './server-texts.ts';

const pick = <T>(...values: T[]) => fc.constantFrom(...values);

type Kind = readonly [type: string, dataKey: string];
const JSON_KIND: Kind = ['kubernetes.io/dockerconfigjson', '.dockerconfigjson'];
const LEGACY_KIND: Kind = ['kubernetes.io/dockercfg', '.dockercfg'];
const kind: fc.Arbitrary<Kind> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(JSON_KIND) },
  { weight: 3, arbitrary: fc.constant(LEGACY_KIND) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      pick('Opaque', 'kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson', '', 'KUBERNETES.IO/dockercfg'),
      pick('.dockercfg', '.dockerconfigjson', 'x', '.DOCKERCFG'),
    ),
  },
);

function secret(server: fc.Arbitrary<string>, wrong: number): fc.Arbitrary<Pick<Secret, 'type' | 'data'>> {
  return fc
    .tuple(kind, payload(server, false, wrong), payload(server, true, wrong))
    .map(([[type, key], json, legacy]) => ({
      type,
      data: { [key]: Buffer.from(key === '.dockercfg' ? legacy : json).toString('base64') },
    }));
}

/** Several Secrets that share few servers, so that the same server appears in more than one of them. */
function secrets(server: fc.Arbitrary<string>, wrong: number): fc.Arbitrary<Secret[]> {
  return fc
    .array(server, { minLength: 1, maxLength: 4 })
    .chain((servers) => fc.array(secret(fc.constantFrom(...servers), wrong), { minLength: 1, maxLength: 4 }))
    .map((list) =>
      list.map((one, index) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `secret-${index}` }, ...one })),
    );
}

const fitting: fc.Arbitrary<KeyringCase> = imageParts.chain((parts) => {
  const server = fc.oneof({ weight: 5, arbitrary: serverFor(parts) }, { weight: 1, arbitrary: hostileServer });
  return fc.record({ secrets: secrets(server, 1), image: fc.constant(imageOf(parts)) });
});
const hostile: fc.Arbitrary<KeyringCase> = fc.record({
  secrets: secrets(hostileServer, 12),
  image: fc.oneof({ weight: 3, arbitrary: imageParts.map(imageOf) }, { weight: 1, arbitrary: oddImage }),
});

export const keyringCase: fc.Arbitrary<KeyringCase> = fc.oneof(
  { weight: 3, arbitrary: fitting },
  { weight: 2, arbitrary: hostile },
);
