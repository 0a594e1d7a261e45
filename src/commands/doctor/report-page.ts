/**
 * Writes a report as one HTML file to send to a team: no script, nothing that is loaded from elsewhere, and a
 * Content-Security-Policy that forbids both. Every text of the cluster is escaped.
 */
import { createHash } from 'node:crypto';
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView } from '../../diagnosis/view.ts';
import { hintText } from '../../output/printer.ts';
import type { Io } from '../../system/io.ts';
import { plural } from '../../text/enumerate.ts';
import { type Printable, printableLines, printableSentence } from '../../text/printable.ts';
import { rfc3339 } from '../../text/time.ts';
import { DOCUMENTS, RELEASE } from '../../version.ts';
import { affectedOf } from './affected-objects.ts';
import {
  countsIn,
  cutSections,
  type Grouping,
  type ReportSection,
  sectionsOf,
  uncheckedIn,
} from './report-sections.ts';

/** Where a report was made, and how its findings are grouped. */
export interface PageOptions {
  /** The URL of the API server; left out for files. */
  readonly server?: string | undefined;
  readonly groupBy?: Grouping | undefined;
}

/** A browser opens this at once, and mail takes it. What is left out is counted. */
const LARGEST = 1_900_000;

const STYLE = `:root{color-scheme:light dark;--text:#1b1f24;--faint:#57606a;--line:#d0d7de;--back:#fff;--code:#f3f4f6;--error:#b42318;--warning:#7a4d00}
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--faint:#9da7b3;--line:#3d444d;--back:#0d1117;--code:#1c2128;--error:#ff8a80;--warning:#e3b341}}
@media print{:root{color-scheme:light;--text:#000;--faint:#444;--line:#999;--back:#fff;--code:#fff;--error:#900;--warning:#640}article{break-inside:avoid}}
*{box-sizing:border-box}body{margin:0 auto;padding:1rem;max-width:60rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);background:var(--back);overflow-wrap:anywhere}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}h2 small,.faint{color:var(--faint);font-weight:normal}a{color:inherit}
article{margin:.75rem 0;padding-left:.75rem;border-left:.25rem solid var(--warning)}article.error{border-color:var(--error)}p{margin:.25rem 0}
strong{color:var(--warning)}.error strong{color:var(--error)}pre{margin:.25rem 0;padding:.5rem;background:var(--code);border:1px solid var(--line);white-space:pre-wrap;user-select:all}`;

/** The whole page. */
export function reportPage(report: DoctorReport, { server, groupBy = 'namespace' }: PageOptions, io: Io): Printable {
  let size = 0;
  const article = new Map<FindingView, string>();
  const fits = (found: FindingView): boolean => {
    const text = articleOf(found, io);
    article.set(found, text);
    size += text.length;
    return size <= LARGEST;
  };
  const sections = cutSections(sectionsOf(report.findings, groupBy), fits);
  const shown = sections.filter(({ findings }) => findings.length > 0);
  const [whole, hidden] = [countsIn(report.findings), sections.filter(({ findings }) => findings.length === 0)];
  const title = whole === '' ? 'Image pulls: nothing wrong was found' : `Image pulls: ${whole}`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const lines = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title><style>${STYLE}</style></head><body>`,
    `<header><h1>${title}</h1>`,
    `<p class="faint">${madeBy(server, io.clock.now())}</p>`,
    ...countLines(report).map((line) => `<p>${line}</p>`),
    '</header><main>',
    ...shown.map((section) => sectionOf(section, (found) => article.get(found) ?? '')),
    ...(hidden.length === 0 ? [] : [`<p>${leftOut(hidden)}</p>`]),
    notChecked(report),
    '</main></body></html>',
  ];
  return printableLines(`${lines.join('\n')}\n`);
}

function madeBy(server: string | undefined, now: number): string {
  const from = server === undefined ? '' : ` from <bdi>${escaped(server)}</bdi>`;
  const at = rfc3339(now);
  return `Checked <time datetime="${at}">${at}</time>${from} with regsecret ${RELEASE}`;
}

function countLines({ counts, ignored = [] }: DoctorReport): string[] {
  const left = ignored.reduce((sum, { count }) => sum + count, 0);
  const checked =
    counts === undefined
      ? []
      : [
          `${plural(counts.pods, 'pod')}, ${counts.failingPods} of them cannot pull; ${plural(counts.workloads, 'workload')}, ` +
            `${plural(counts.serviceAccounts, 'service account')}, ${plural(counts.secrets, 'pull secret')}, ` +
            `${plural(counts.registries, 'registry', 'registries')} checked`,
        ];
  return [...checked, ...(left === 0 ? [] : [`${plural(left, 'finding')} ignored`])];
}

function sectionOf(
  { title, findings, left }: ReportSection & { left: number },
  article: (found: FindingView) => string,
): string {
  const rest = left === 0 ? '' : `<p>and ${plural(left, 'more finding')}</p>`;
  const counts = `<small>${countsIn(findings)}</small>`;
  return `<section><h2><bdi>${escaped(title)}</bdi> ${counts}</h2>${findings.map(article).join('')}${rest}</section>`;
}

function leftOut(sections: readonly (ReportSection & { left: number })[]): string {
  const left = sections.reduce((sum, one) => sum + one.left, 0);
  return `and ${plural(left, 'finding')} in ${plural(sections.length, 'other section')}`;
}

function articleOf(found: FindingView, io: Io): string {
  const { severity, code, message, more, fix } = found;
  const affected = [affectedOf(found) ?? [], more === undefined ? [] : `${more} more like this`].flat();
  return [
    `<article class="${severity}"><p><strong>${severity}</strong> <bdi>${escaped(message)}</bdi> `,
    `<a class="faint" href="${DOCUMENTS}/findings.md#${code}">${code}</a></p>`,
    ...affected.map((line) => `<p class="faint">${escaped(line)}</p>`),
    ...(fix.command.words.length === 0
      ? []
      : [`<p class="faint">${fix.sufficient ? 'fix' : 'next'}:</p><pre>${escaped(hintText(fix.command, io))}</pre>`]),
    '</article>',
  ].join('');
}

function notChecked(report: DoctorReport): string {
  const items = uncheckedIn(report).map((text) => `<li>${escaped(text)}</li>`);
  return `<section><h2>Not checked</h2><ul>${items.join('')}</ul></section>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` for an element or a quoted attribute: https://html.spec.whatwg.org/#escapingString. */
function escaped(text: string): string {
  return printableSentence(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
