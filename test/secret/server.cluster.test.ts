/** Whether any image can match a server: compares our answer with Kubernetes' own code on generated servers and images. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleImage } from '../../src/secret/coverage.ts';
import { serverProblem } from '../../src/secret/server.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { imageOf, imageParts, oddImage } from '../support/image-texts.ts';
import { type KeyringCase, type Oracle, startOracle } from '../support/oracle.ts';
import { pullSecretOf } from '../support/secrets.ts';
import { hostileServer, serverFor } from '../support/server-texts.ts';

let oracle: Oracle;
beforeAll(async () => {
  oracle = await startOracle();
}, 600_000);
afterAll(() => oracle.close());

const CASES = cases(3_000, 30_000);

/** A server, with images that it was made for or that resemble it. */
const candidate = imageParts.chain((parts) =>
  fc
    .tuple(fc.oneof(serverFor(parts), hostileServer), oddImage)
    .map(([server, odd]) => ({ server, images: [imageOf(parts), odd, ...resembling(server)] })),
);

function resembling(server: string): string[] {
  const bare = server.replace(/^https?:\/\//, '').replace(/^[^/]*@/, '');
  const plain = bare.replace(/[?#].*$/s, '').replaceAll('*', 'a');
  const [host = ''] = plain.split('/');
  return [server, bare, plain, `${plain}/a/b`, `${plain}a/b`, `${host}/a/b`, `${host}/v1/a`, host, `A/${plain}`];
}

function question(server: string, image: string): KeyringCase {
  const payload = JSON.stringify({ auths: { [server]: { auth: 'YWRhOnA=' } } });
  return { secrets: [pullSecretOf('a', payload)], image: image.toWellFormed() };
}

test('no image matches where we say so, and where we say otherwise we can name one', { timeout: 600_000 }, async () => {
  const candidates = fc.sample(candidate, { seed, numRuns: CASES });
  const hopeless = candidates.filter(({ server }) => serverProblem(server)?.opensNothing);
  const useful = candidates.flatMap(({ server }) => {
    const image = exampleImage(server);
    return image === undefined ? [] : [{ server, image }];
  });
  expect(hopeless.length + useful.length).toBe(candidates.length);

  const misses = hopeless.flatMap(({ server, images }) => images.map((image) => question(server, image)));
  const refuted = await matching(misses);
  expect(refuted, `seed ${seed}`).toEqual([]);

  const hits = useful.map(({ server, image }) => question(server, image));
  expect((await matching(hits)).length, `seed ${seed}`).toBe(hits.length);
  console.log(
    `servers: seed ${seed}, ${hopeless.length} open nothing (${misses.length} images), ${hits.length} an image`,
  );
});

/** The questions for which Kubernetes' code finds a credential. */
async function matching(questions: readonly KeyringCase[]): Promise<object[]> {
  const found: object[] = [];
  for (let start = 0; start < questions.length; start += 2_000) {
    const batch = questions.slice(start, start + 2_000);
    const answers = await oracle.ask(batch);
    for (const [index, one] of batch.entries()) {
      if (answers[index]?.credentials === undefined) continue;
      const payload = Buffer.from(one.secrets[0]?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
      found.push({ image: one.image, payload });
    }
  }
  return found;
}
