/**
 * Every parser of untrusted text, with texts that are long and made to be slow: none throws anything but the error it
 * documents, and none takes more than 50 ms for 64 KiB. REGSECRET_SEED chooses the texts, as fast-check prints it.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePlainYaml } from '../src/cluster/plain-yaml.ts';
import { lookupName } from '../src/credentials/source.ts';
import { dockerAuthConfig, podmanAuthConfig } from '../src/domain/auth-config.ts';
import { Base64Error, decodeBase64 } from '../src/domain/base64.ts';
import { readContents } from '../src/domain/contents.ts';
import { coverageOf } from '../src/domain/coverage.ts';
import { diagnose } from '../src/domain/diagnose.ts';
import {
  DockerConfigError,
  decodeAuthVariable,
  decodeDockerConfig,
  decodeLegacyConfig,
  decodePodmanConfig,
} from '../src/domain/docker-config.ts';
import { convertToHostname } from '../src/domain/docker-lookup.ts';
import { parseDuration } from '../src/domain/duration.ts';
import { exampleImage } from '../src/domain/example-image.ts';
import { expiryOf, parseExpiries } from '../src/domain/expiry.ts';
import { matchesGlob } from '../src/domain/glob.ts';
import { GoUrlError, splitHostPort } from '../src/domain/go-url.ts';
import { decodeHelperAnswer, decodeHelperList, HelperAnswerError } from '../src/domain/helper-answer.ts';
import { ImageReferenceError, parseImage } from '../src/domain/image.ts';
import { isIPv6 } from '../src/domain/ip-address.ts';
import { parseFirstJson, parseJson } from '../src/domain/json.ts';
import { pickJson } from '../src/domain/json-picker.ts';
import { JsonSyntaxError } from '../src/domain/json-scanner.ts';
import { claimsOf } from '../src/domain/json-web-token.ts';
import { parseKey } from '../src/domain/key.ts';
import { buildKeyring, KeyringError, lookup } from '../src/domain/keyring.ts';
import { decodeLoginFile } from '../src/domain/login-file.ts';
import { manifestSecret } from '../src/domain/manifest-secret.ts';
import { isObjectName, proposeName } from '../src/domain/object-name.ts';
import { decodePayload } from '../src/domain/payload.ts';
import { printable } from '../src/domain/printable.ts';
import { canonicalServer, registryOf, serverProblem } from '../src/domain/server.ts';
import { decodeUtf8, encodeUtf8 } from '../src/domain/utf8.ts';
import { UserError } from '../src/errors.ts';
import { parseChallenges } from '../src/registry/challenge.ts';
import { checkRealm } from '../src/registry/realm.ts';
import { longText } from './support/long-texts.ts';
import { pullSecretOf } from './support/secrets.ts';

const LIMIT_MS = 50;
const RUNS = Number(process.env.REGSECRET_FUZZ ?? 300);

type ErrorClass = new (...values: never[]) => Error;
type Parser = readonly [name: string, parse: (text: string) => unknown, error?: ErrorClass];

const bytes = (text: string): Uint8Array => encodeUtf8(text);
const registry = new URL('https://r.io/v2/');

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
  ['decodePayload', (text) => decodePayload(bytes(text), 'kubernetes.io/dockerconfigjson')],
  ['decodePayload of the legacy type', (text) => decodePayload(bytes(text), 'kubernetes.io/dockercfg')],
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
  ['decodePodmanConfig', (text) => decodePodmanConfig(bytes(text)), DockerConfigError],
  ['decodeLegacyConfig', (text) => decodeLegacyConfig(bytes(text)), DockerConfigError],
  ['decodeAuthVariable', decodeAuthVariable, DockerConfigError],
  ['dockerAuthConfig', (text) => dockerAuthConfig({ auth: Buffer.from(bytes(`a:${text}`)).toString('base64') })],
  ['podmanAuthConfig', (text) => podmanAuthConfig({ auth: text }), Base64Error],
  ['lookupName', lookupName],
  ['decodeLoginFile', (text) => decodeLoginFile(bytes(text), 'f'), UserError],
  ['decodeHelperAnswer', (text) => decodeHelperAnswer(bytes(text)), HelperAnswerError],
  ['decodeHelperList', (text) => decodeHelperList(bytes(text)), HelperAnswerError],
  ['convertToHostname', convertToHostname],
  ['parseDuration', parseDuration],
  ['parseExpiries', parseExpiries],
  ['expiryOf', (text) => expiryOf({ server: 'r.io', credential: { username: 'AWS', password: text } }, {}, 0)],
  ['parseChallenges', parseChallenges],
  ['checkRealm', (text) => checkRealm(text, registry)],
  ['isObjectName', isObjectName],
  ['proposeName', (text) => proposeName(text)],
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

describe('each parser keeps its word on any text of 64 KiB', () => {
  test.each(parsers.map(([name, parse, error]) => ({ name, parse, error })))('$name', ({ parse, error }) => {
    const seed = process.env.REGSECRET_SEED;
    const options = { numRuns: RUNS, ...(seed === undefined ? {} : { seed: Number(seed) }) };
    fc.assert(
      fc.property(longText, (text) => {
        expect(quickest(() => attempt(parse, text, error))).toBeLessThan(LIMIT_MS);
      }),
      options,
    );
  });
});

function attempt(parse: (text: string) => unknown, text: string, documented: ErrorClass | undefined): void {
  try {
    parse(text);
  } catch (error) {
    if (documented === undefined || !(error instanceof documented)) throw error;
  }
}

/** Milliseconds of the quickest of a few runs: this machine does other things too. */
function quickest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 4 && best >= LIMIT_MS; run += 1) {
    const started = performance.now();
    work();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}
