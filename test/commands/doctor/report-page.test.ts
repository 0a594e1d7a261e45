/** The reports that are sent to others: `-o html`, `-o markdown`, `--summary` and `--group-by`. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../../src/commands/doctor/report-page.ts';
import { reportTicket } from '../../../src/commands/doctor/report-ticket.ts';
import type { DoctorReport } from '../../../src/diagnosis/report.ts';
import { type FindingView, findingView } from '../../../src/diagnosis/view.ts';
import { finding } from '../../../src/findings/finding.ts';
import { isCommand } from '../../environment/availability.ts';
import { here } from '../../support/here.ts';
import { fakeIo } from '../../support/io.ts';
import { NASTY_TEXTS } from '../../support/nasty-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function unexplained(
  namespace: string,
  name: string,
  message = 'no such host',
  image = 'ghcr.io/acme/app:v1',
): FindingView {
  const object = { kind: 'Pod', namespace, name } as const;
  return findingView(finding('unexplained', object, { image, message, accepted: false }));
}

function report(findings: readonly FindingView[], more: Partial<DoctorReport> = {}): DoctorReport {
  return { healthy: false, asked: false, findings, unchecked: [], unseen: [], ...more };
}

const HTML_TEXTS = [
  ...NASTY_TEXTS,
  '<script>document.title = "PWNED"</script>',
  '<img src="http://127.0.0.1:9/x" onerror="document.title = 1">',
  '</pre></article></main><iframe src=//evil>',
  '"><svg/onload=alert(1)>',
  '<!--',
  '&lt;b&gt;',
  ']]><style>*{background:url(//evil)}</style>',
  '![x](http://127.0.0.1:9/x) [a](http://evil) @team #1',
  '| a | b |\n---\n```\n# heading',
  '``` ```` `',
];

/** Every tag that the page may have, with attributes in double quotes. */
const TAGS =
  /<(?:!doctype html|\/?(?:html|head|body|header|main|section|article|h1|h2|p|small|strong|bdi|a|pre|ul|li|time|title|style|meta)(?: [a-z-]+="[^"<>]*")*)>/g;

describe('-o html', () => {
  test.each(HTML_TEXTS)('no text of the cluster is markup: %j', (text) => {
    const page = reportPage(report([unexplained('evil', 'web', text, text)], { unchecked: [text] }), {}, fakeIo());
    const rest = page.replace(TAGS, '');
    expect(rest).not.toMatch(/[<>]/);
    expect([...page.matchAll(/\b(?:src|href|on[a-z]+)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      expect.stringMatching(/^https:\/\/github\.com\/regsecret\/regsecret\/.*#unexplained$/),
    ]);
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-`);
  });

  test('findings stand by namespace, errors first, with their command', () => {
    const page = reportPage(
      report([unexplained('b', 'two'), unexplained('a', 'one')]),
      { server: 'https://k:6443' },
      fakeIo(),
    );
    expect([...page.matchAll(/<h2><bdi>(.*?)<\/bdi>/g)].map(([, title]) => title)).toEqual(['a', 'b']);
    expect(page).toMatch(/<pre>kubectl .* pod.one .*-n a.*<\/pre>|<pre>.*one.*<\/pre>/);
    expect(page).toContain('from <bdi>https://k:6443</bdi>');
  });

  test('10,000 findings stay below 2 MB, each namespace has some, and the rest is counted', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      unexplained(index < 9900 ? 'big' : `team-${index}`, `web-${index}`, 'x'.repeat(300)),
    );
    const page = reportPage(report(many), {}, fakeIo());
    expect(page.length).toBeLessThan(2_000_000);
    expect(page.match(/<h2><bdi>/g)?.length).toBe(101);
    const shown = page.match(/<article/g)?.length ?? 0;
    expect(page).toContain(`and ${10_000 - shown} more findings`);
  });

  test('nothing wrong', () => {
    expect(reportPage(report([], { healthy: true }), {}, fakeIo())).toContain(
      '<title>Image pulls: nothing wrong was found</title>',
    );
  });
});

describe.skipIf(!isCommand('chromium-headless-shell'))('-o html in a browser', () => {
  test('nothing runs, and nothing is loaded', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.url}`);
      response.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const texts = HTML_TEXTS.map((text) => text.replaceAll('127.0.0.1:9', `127.0.0.1:${port}`));
    const file = join(folder, 'page.html');
    const nasty = texts.map((text, index) => unexplained(`n${index}`, text, text, text));
    writeFileSync(file, reportPage(report(nasty, { unchecked: texts }), { server: texts.at(-1) }, fakeIo()));
    const args = ['--no-sandbox', '--disable-gpu', '--virtual-time-budget=2000', '--dump-dom', `file://${file}`];
    const { stdout } = await promisify(execFile)('chromium-headless-shell', args, { maxBuffer: 1e8, timeout: 60_000 });
    server.close();
    expect(asked).toEqual([]);
    expect(/<title>(.*?)<\/title>/.exec(stdout)?.[1]).toBe(`Image pulls: ${texts.length} errors`);
    expect(stdout.match(/<article/g)).toHaveLength(texts.length);
    expect(stdout).not.toMatch(/<(?:script|img|svg|iframe)/i);
  });
});

describe('-o markdown', () => {
  test.each(HTML_TEXTS)('a text of the cluster stays in code: %j', (text) => {
    const ticket = reportTicket(report([unexplained('evil', 'web', text, text)], { unchecked: [text] }), {}, fakeIo());
    const outside = withoutCode(ticket);
    expect(outside).not.toMatch(/[<@`]|\]\(|evil/);
    expect(outside.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(3);
  });

  test('a ticket stays below the limit of a comment', () => {
    const many = Array.from({ length: 3000 }, (_, index) => unexplained(`team-${index % 7}`, `web-${index}`));
    const ticket = reportTicket(report(many), {}, fakeIo());
    expect(ticket.length).toBeLessThan(65_536);
    expect(ticket).toMatch(/And \d+ more findings\./);
  });
});

/** Removes code spans and fences as CommonMark reads them; in a table a bar inside of a span is escaped. */
function withoutCode(text: string): string {
  const lines = text.replace(/^(`{3,})sh\n[\s\S]*?\n\1$/gm, '').split('\n');
  return lines.map((line) => line.replaceAll('\\|', '').replace(/(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, '')).join('\n');
}

describe('on the command line', () => {
  const file = join(folder, 'web.yaml');
  const POD =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team-a}\nspec:\n  imagePullSecrets: [{name: nope}]\n  containers: [{name: app, image: UPPER}]\n';
  writeFileSync(file, POD);
  const run = (...args: string[]) => here(['doctor', '-f', file, ...args], { env: { KUBECONFIG: '/nope' } });

  test('--summary counts by namespace and code, with the same exit code', async () => {
    const { code, stdout } = await run('--summary');
    expect([
      code,
      stdout
        .split('\n')
        .slice(0, 3)
        .map((line) => line.split(/ +/).slice(0, 4)),
    ]).toEqual([
      1,
      [
        ['NAMESPACE', 'SEVERITY', 'CODE', 'FINDINGS'],
        ['team-a', 'error', 'invalid-image', '1'],
        ['team-a', 'warning', 'missing-secret', '1'],
      ],
    ]);
  });

  test.each([
    ['html', '<!doctype html>'],
    ['markdown', '## Image pulls: 1 error, 1 warning'],
  ])('-o %s', async (format, start) => {
    const { code, stdout } = await run('-o', format);
    expect([code, stdout.split('\n')[0]]).toEqual([1, start]);
  });

  test.each([
    {
      title: 'a page of what still changes',
      args: ['-A', '--watch', '-o', 'html'],
      error: '--watch cannot print html',
    },
    { title: 'two tables', args: ['-A', '--summary', '-o', 'json'], error: '--summary prints a table of its own' },
    {
      title: 'another order of JSON',
      args: ['-A', '--group-by', 'cause', '-o', 'json'],
      error: '--group-by is for text, html and markdown',
    },
    { title: 'one namespace without itself', args: ['--exclude', 'x'], error: '--exclude is for -A and -l' },
    {
      title: 'a namespace that can be none',
      args: ['-A', '--exclude', 'a/b'],
      error: 'the name of a namespace has only',
    },
    { title: 'a count of one pod', args: ['pod/web', '--summary'], error: 'are for a namespace, -A or -f' },
  ])('refuses $title', async ({ args, error }) => {
    const { code, stderr } = await here(['doctor', ...args], { env: { KUBECONFIG: '/nope' } });
    expect([code, stderr]).toEqual([2, expect.stringContaining(error)]);
  });
});
