/**
 * Compares server, user and namespace with client-go and cli-runtime. REGSECRET_SEED and REGSECRET_CASES choose other generated
 * cases.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { cases } from '../support/cases.ts';
import { type ClientAnswer, type ClientQuestion, ourAnswer, startClientGo } from '../support/client-config.ts';
import { intended } from '../support/client-config-differences.ts';
import { fc, seed } from '../support/fast-check.ts';
import { type KubeConfigCase, kubeConfigCase } from '../support/kube-config-cases.ts';
import type { LineProgram } from '../support/line-program.ts';
import { sendOurs, startWireServer, WIRE_HOSTS } from '../support/wire-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-kube-'));
const authority = createAuthority('ca');
const client = issueCertificate(authority, { commonName: 'jane' });
const base64 = (content: string) => Buffer.from(content).toString('base64');
const contents = { CA: authority.certificate, CERT: client.certificate, KEY: client.key };
const fill = (text: string): string =>
  text.replace(/@(CA|CERT|KEY)/g, (_, name: keyof typeof contents) => base64(contents[name]));
const generated = kubeConfigCase(fill);

let clientGo: LineProgram<ClientQuestion, ClientAnswer>;
beforeAll(async () => {
  writeFileSync(join(folder, 'ca.crt'), authority.certificate);
  writeFileSync(join(folder, 'client.crt'), client.certificate);
  writeFileSync(join(folder, 'client.key'), client.key);
  writeFileSync(join(folder, 'token'), 'file-token\n');
  writeFileSync(join(folder, 'empty'), '');
  clientGo = await startClientGo();
}, 600_000);
afterAll(() => {
  clientGo.close();
  rmSync(folder, { recursive: true });
});

test('every generated case leads to the server, user and namespace of kubectl', { timeout: 3_600_000 }, async () => {
  const total = cases(300, 2_000);
  const counts: Record<string, number> = {};
  const started = performance.now();
  for (let done = 0; done < total; ) {
    const batch = fc.sample(generated, { seed: seed + done, numRuns: Math.min(200, total - done) });
    for (const one of batch) {
      const asked = prepare(one);
      const [theirs = {}] = await clientGo.ask([asked]);
      const kind = compare(one, asked, await ourAnswer(asked), theirs);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    done += batch.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`kubeconfig: seed ${seed}, ${total} cases in ${seconds} s: ${JSON.stringify(counts, undefined, 1)}`);
  expect(counts['the same request']).toBeGreaterThan(total / 4);
});

test('what is sent to a TLS server is what kubectl sends', { timeout: 3_600_000 }, async () => {
  const server = await startWireServer(issueCertificate(authority, { commonName: 'server' }, WIRE_HOSTS));
  const here = kubeConfigCase((text) => fill(server.here(text)));
  const wanted = cases(15, 50);
  const trust = ['--certificate-authority=@/ca.crt'];
  let compared = 0;
  try {
    for (let done = 0; compared < wanted; done += 100) {
      for (const [index, one] of fc.sample(here, { seed: seed + done, numRuns: 100 }).entries()) {
        const flags = [...one.flags.map(server.here), ...(index % 2 === 0 ? trust : [])];
        const asked = { ...prepare({ ...one, flags }), send: true };
        const [theirs] = await clientGo.ask([asked]);
        const theirRequests = await server.take();
        // Plugins are not run here, and cases that client-go does not send are compared above.
        if (theirRequests.length === 0 || theirs?.exec !== undefined || theirs?.authProvider !== undefined) continue;
        const sent = await sendOurs(asked);
        const requests = await server.take();
        // On a busy machine a short time-out may end one of the two requests before it is sent. Otherwise the requests are
        // compared.
        const isCut = requests.length !== theirRequests.length && (theirs?.timeout ?? 0) > 0;
        if (isCut && (theirs?.timeout ?? 0) < 60e9) continue;
        const ours = sent.error === undefined ? await ourAnswer(asked) : sent;
        if (!isDeepStrictEqual(requests, theirRequests) && intended(asked, ours, theirs ?? {}) !== undefined) continue;
        expect(requests, `${JSON.stringify({ seed, ...asked })} ${sent.error}`).toEqual(theirRequests);
        compared += 1;
      }
    }
  } finally {
    server.close();
  }
  console.log(`kubeconfig: seed ${seed}, ${compared} requests on the wire`);
});

/** Writes the case's files and returns the question for client-go. */
function prepare({ files, env, flags }: KubeConfigCase): ClientQuestion {
  for (const [index, content] of files.entries()) writeFileSync(join(folder, `config-${index + 1}`), content);
  const here = (text: string) => text.replaceAll('@/', `${folder}/`);
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
  return { flags: flags.map(here), env: { HOME: folder, PATH: folder, KUBERC: 'off', ...own } };
}

function compare(one: KubeConfigCase, asked: ClientQuestion, ours: ClientAnswer, theirs: ClientAnswer): string {
  if (ours.error !== undefined && theirs.error !== undefined) return 'an error of both';
  const [left, right] = [normal(ours), normal(theirs)];
  if (JSON.stringify(left) === JSON.stringify(right)) return 'the same request';
  const reason = intended(asked, ours, theirs);
  if (reason !== undefined) return reason;
  const texts = one.files.map((content) => Buffer.from(content).toString('utf8'));
  expect(left, `${JSON.stringify({ seed, ...asked })}\n${texts.join('\n=====\n')}`).toEqual(right);
  return 'different';
}

/** Sorts the answer and normalises equal spellings: host names in lower case, no default port. */
function normal(answer: ClientAnswer): object {
  if (answer.error !== undefined) return { error: answer.error };
  const { namespace, url = '', headers = {}, timeout = 0, proxy = '', tls, exec, authProvider } = answer;
  const lower = Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values] as const);
  const sorted = lower.sort(([first], [second]) => (first < second ? -1 : 1));
  return {
    namespace,
    url: URL.canParse(url) ? new URL(url).href : url,
    headers: Object.fromEntries(sorted),
    timeout: Math.max(0, timeout),
    proxy: URL.canParse(proxy) ? new URL(proxy).href : proxy,
    tls,
    exec,
    authProvider: authProvider && Object.entries(authProvider).sort(),
  };
}
