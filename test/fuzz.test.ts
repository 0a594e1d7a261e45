/**
 * Runs every parser of untrusted text on long texts that are made to be slow, and on short ones. A parser throws only the error
 * that it documents, and its time must not grow with the square of the length. REGSECRET_CASES sets the number of short texts,
 * and REGSECRET_SEED chooses them; the seed is printed.
 */
import { describe, expect, test } from 'vitest';
import { pickJson } from '../src/cluster/pick-json.ts';
import { Base64Error, decodeBase64 } from '../src/codec/go/base64.ts';
import { parseDuration } from '../src/codec/go/duration.ts';
import { matchesGlob } from '../src/codec/go/glob.ts';
import { isIPv6 } from '../src/codec/go/ip-address.ts';
import { parseFirstJson, parseJson } from '../src/codec/go/json.ts';
import { JsonSyntaxError } from '../src/codec/go/json-scanner.ts';
import { GoUrlError, splitHostPort } from '../src/codec/go/url.ts';
import { decodeUtf8, encodeUtf8 } from '../src/codec/go/utf8.ts';
import { parsePlainYaml } from '../src/codec/plain-yaml.ts';
import { convertToHostname, registryPart, serverOf } from '../src/credentials/config-key.ts';
import { decodeHelperAnswer, decodeHelperList, HelperAnswerError } from '../src/credentials/helper-answer.ts';
import { decodeLoginFile } from '../src/credentials/login-file.ts';
import { UserError } from '../src/errors.ts';
import { diagnose } from '../src/findings/secret-rules.ts';
import { isObjectName } from '../src/line/object-name.ts';
import { manifestSecret } from '../src/manifests/manifest-secrets.ts';
import { parseChallenges } from '../src/registry/challenge.ts';
import { readContents } from '../src/secret/contents.ts';
import { coverageOf, exampleImage } from '../src/secret/coverage.ts';
import {
  DockerConfigError,
  decodeAuthVariable,
  decodeDockerConfig,
  decodeLegacyConfig,
  decodePodmanConfig,
  dockerAuthConfig,
  podmanAuthConfig,
  scanLoginText,
} from '../src/secret/docker-config.ts';
import { claimsOf, expiryOf, parseExpiries } from '../src/secret/expiry.ts';
import { ImageReferenceError, parseImage } from '../src/secret/image.ts';
import { parseKey } from '../src/secret/key.ts';
import { buildKeyring, KeyringError, lookup } from '../src/secret/keyring.ts';
import { decodePayload } from '../src/secret/payload.ts';
import { canonicalServer, registryOf, serverProblem } from '../src/secret/server.ts';
import { finished } from '../src/secret/steps.ts';
import { printable } from '../src/text/printable.ts';
import { destinationProblem } from '../src/verify/destination.ts';
import { nearness } from '../src/verify/nearness.ts';
import { cases } from './support/cases.ts';
import { fc, seed } from './support/fast-check.ts';
import { growth, MAX_GROWTH } from './support/growth.ts';
import { longShape, textOf } from './support/long-texts.ts';
import { pullSecretOf } from './support/secrets.ts';
import { shortTexts } from './support/short-texts.ts';

const RUNS = cases(15, 300);
const SHORT_RUNS = cases(300, 5_000);

type ErrorClass = new (...values: never[]) => Error;
type Parser = readonly [name: string, parse: (text: string) => unknown, error?: ErrorClass];

const bytes = (text: string): Uint8Array => encodeUtf8(text);
const registry = { url: new URL('https://r.io/v2/'), addresses: ['9.9.9.9'] };
const trust = { from: 'cluster', loopback: false, inPrivate: [], plainHttp: [] } as const;

const parsers: readonly Parser[] = [
  ['parseImage', parseImage, ImageReferenceError],
  ['parseKey', parseKey, GoUrlError],
  ['splitHostPort', splitHostPort],
  ['matchesGlob, as pattern', (text) => matchesGlob(text, 'registry-1')],
  ['matchesGlob, as name', (text) => matchesGlob('*a*b*c', text)],
  ['matchesGlob, against itself', (text) => matchesGlob(text.slice(0, 32_768), text.slice(-32_768))],
  ['isIPv6', isIPv6],
  ['serverProblem', serverProblem],
  ['exampleImage', exampleImage],
  ['canonicalServer', canonicalServer],
  ['registryOf', registryOf],
  ['decodeBase64', decodeBase64, Base64Error],
  ['decodeBase64 without padding', (text) => decodeBase64(text, { padding: false }), Base64Error],
  ['decodeUtf8', (text) => decodeUtf8(bytes(text))],
  ['parseJson', (text) => parseJson(bytes(text)), JsonSyntaxError],
  ['parseFirstJson', (text) => parseFirstJson(bytes(text)), JsonSyntaxError],
  ['pickJson', (text) => pickJson(bytes(text), { auths: { 'r.io': true }, a: [{ a: true }] }), JsonSyntaxError],
  ['decodePayload', (text) => finished(decodePayload(bytes(text), 'kubernetes.io/dockerconfigjson'))],
  ['decodePayload of the legacy type', (text) => finished(decodePayload(bytes(text), 'kubernetes.io/dockercfg'))],
  ['buildKeyring', (text) => buildKeyring([pullSecretOf('a', bytes(text))]), KeyringError],
  [
    'buildKeyring of a Secret without base64',
    (text) => buildKeyring([{ ...pullSecretOf('a', ''), data: { '.dockerconfigjson': text } }]),
    KeyringError,
  ],
  [
    'buildKeyring and lookup of a server',
    (text) => lookup(buildKeyring([pullSecretOf('a', JSON.stringify({ auths: { [text]: {} } }))]), 'r.io/app'),
  ],
  ['lookup of an image', (text) => lookup(ordinary, text), ImageReferenceError],
  ['decodeDockerConfig', (text) => decodeDockerConfig(bytes(text)), DockerConfigError],
  ['decodePodmanConfig', (text) => decodePodmanConfig(scanLoginText(bytes(text))), DockerConfigError],
  ['decodeLegacyConfig', (text) => decodeLegacyConfig(bytes(text)), DockerConfigError],
  ['decodeAuthVariable', decodeAuthVariable, DockerConfigError],
  ['dockerAuthConfig', (text) => dockerAuthConfig({ auth: Buffer.from(bytes(`a:${text}`)).toString('base64') })],
  ['podmanAuthConfig', (text) => podmanAuthConfig({ auth: text }), Base64Error],
  ['registryPart', registryPart],
  ['serverOf', serverOf],
  ['decodeLoginFile', (text) => decodeLoginFile(bytes(text), 'f'), UserError],
  ['decodeHelperAnswer', (text) => decodeHelperAnswer(bytes(text)), HelperAnswerError],
  ['decodeHelperList', (text) => decodeHelperList(bytes(text)), HelperAnswerError],
  ['convertToHostname', convertToHostname],
  ['parseDuration', parseDuration],
  ['parseExpiries', parseExpiries],
  ['expiryOf', (text) => expiryOf({ server: 'r.io', credential: { username: 'AWS', password: text } }, {}, 0)],
  ['parseChallenges', (text) => parseChallenges([text])],
  ['nearness', nearness],
  [
    'destinationProblem',
    (text) => URL.canParse(text) && destinationProblem({ url: new URL(text), addresses: [text] }, registry, trust),
  ],
  ['isObjectName', isObjectName],
  ['coverageOf', coverageOf],
  ['claimsOf', claimsOf],
  ['readContents', (text) => readContents(pullSecretOf('a', bytes(text)))],
  [
    'diagnose',
    (text) => {
      const secret = pullSecretOf('a', JSON.stringify({ auths: { [text]: { username: text, password: text } } }));
      const annotations = {
        'regsecret/expires-at': JSON.stringify({ [text.slice(1)]: text, a: '2026-11-25T11:00:00Z' }),
      };
      const noted = { ...secret, metadata: { ...secret.metadata, annotations } };
      diagnose({ now: 0, secrets: [{ secret: noted, contents: readContents(noted) }] });
    },
  ],
  [
    'manifestSecret',
    (text) => manifestSecret({ kind: 'Secret', metadata: { name: text }, stringData: { [text]: text } }),
  ],
  ['printable', printable],
  ['parsePlainYaml', parsePlainYaml],
];

const ordinary = buildKeyring([
  pullSecretOf('a', '{"auths":{"r.io":{"auth":"YTpw"},"*.r.io/a":{"auth":"YTpw"},"docker.io":{"auth":"YTpw"}}}'),
]);

// Even the slowest parser takes only a second here; the limit allows for a busy machine.
describe('each parser keeps its word on any text of 64 KiB', { timeout: 600_000 }, () => {
  test.each(parsers.map(([name, parse, error]) => ({ name, parse, error })))('$name', ({ parse, error }) => {
    fc.assert(
      fc.property(longShape, (shape) => {
        const grown = growth(
          (text) => attempt(parse, text, error),
          (length) => textOf(shape, length),
        );
        expect(grown).toBeLessThan(MAX_GROWTH);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('each parser keeps its word on any short text', { timeout: 7_200_000 }, () => {
  test.each(parsers.map(([name, parse, error]) => ({ name, parse, error })))('$name', ({ parse, error }) => {
    const nextText = shortTexts(seed);
    for (let run = 0; run < SHORT_RUNS; run += 1) {
      const text = nextText();
      try {
        attempt(parse, text, error);
      } catch (error) {
        throw new Error(`seed ${seed}, text ${run}: ${JSON.stringify(text)}`, { cause: error });
      }
    }
  });
});

describe('a parser that', () => {
  const text = (length: number): string => 'a'.repeat(length);

  test('searches the rest at every character grows too fast', () => {
    const letters = [...'bcdefghi'];
    const searching = (long: string): void => {
      for (let at = 0; at < long.length; at += 1) if (letters.some((letter) => long.includes(letter, at))) return;
    };
    expect(growth(searching, text)).toBeGreaterThan(MAX_GROWTH);
  });

  test('is slow, but reads each character as often in a long text as in a short one, does not', () => {
    const reading = (long: string): void => {
      for (let round = 0; round < 200; round += 1) for (const character of long) character.codePointAt(0);
    };
    expect(growth(reading, text)).toBeLessThan(MAX_GROWTH);
  });
});

function attempt(parse: (text: string) => unknown, text: string, documented: ErrorClass | undefined): void {
  try {
    parse(text);
  } catch (error) {
    if (documented === undefined || !(error instanceof documented)) throw error;
  }
}
