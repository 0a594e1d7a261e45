/** A report in a few lines: all of its data except the sentences and commands, which have their own tests. */
import type { Puller } from '../../src/diagnosis/facts.ts';
import type { DoctorReport, SecretReport } from '../../src/diagnosis/report.ts';
import type { FindingView, ImageView, PullerView, SecretView } from '../../src/diagnosis/view.ts';
import { describeObject } from '../../src/findings/finding-record.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { settle, type World } from './pull-facts.ts';
import { reportAt } from './steps.ts';

/** The outline for one pod or template, after all useful questions have been asked. */
export function outlineOfSituation(situation: string, puller: Puller, world: World): string {
  const { facts, asked } = settle(puller, world);
  const report = reportAt({ pullers: [puller], facts, findings: [], unchecked: [] }, facts);
  return `# ${situation}\n${outlineOf(report)}asked: ${asked.join(', ') || 'no one'}\n`;
}

export function outlineOf({ pullers, secrets, findings, ...report }: DoctorReport): string {
  const { healthy, asked, counts, unchecked, unjudged = [] } = report;
  const head = [
    healthy === null ? 'not known' : healthy ? 'healthy' : 'unhealthy',
    ...(asked ? ['registries were asked'] : []),
    ...(counts === undefined ? [] : [JSON.stringify(counts)]),
    ...(unchecked.length === 0 ? [] : [`unchecked: ${unchecked}`]),
    ...(unjudged.length === 0 ? [] : [`not checked: ${unjudged.join(', ')}`]),
  ];
  return [
    head.join(', '),
    ...(pullers ?? []).flatMap(pullerLines),
    ...(secrets ?? []).flatMap(secretReportLines),
    ...findings.map(findingLine),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function pullerLines({ object, count, serviceAccount, list, node, state, trouble, ...puller }: PullerView): string[] {
  const about = [`${count} × ${describeObject(object)}`, `account ${serviceAccount}`];
  if (node !== undefined) about.push(`on ${node}`);
  if (state !== undefined) about.push(state);
  if (trouble !== undefined) about.push(trouble);
  return [
    about.join(', '),
    `  list (${list.from}): ${list.names.join(', ')}`,
    ...puller.secrets.flatMap(secretLines).map((line) => `  ${line}`),
    ...puller.images.flatMap(imageLines).map((line) => `  ${line}`),
    ...puller.events.map((event) => `  event ${JSON.stringify(event)}`),
  ];
}

function secretReportLines({ namespace, usedBy, ...secret }: SecretReport): string[] {
  return [`in ${namespace}, used by ${JSON.stringify(usedBy)}`, ...secretLines(secret)];
}

function secretLines({ name, state, type, entries }: SecretView): string[] {
  return [
    `secret ${name}: ${state}${type === undefined ? '' : `, ${type}`}`,
    ...(entries ?? []).map(
      ({ server, username, error, verdict, askedAt }) =>
        `  ${[server, username ?? '-', ...(error === undefined ? [] : [error]), answer(verdict, askedAt)].join(' | ')}`,
    ),
  ];
}

function imageLines({ image, containers, policy, state, kubelet, outcome, cause, ...rest }: ImageView): string[] {
  return [
    `image ${image} of ${containers} (${policy}, ${state}): ${outcome}`,
    ...(kubelet === undefined
      ? []
      : [
          `  kubelet: ${kubelet.reason}, ${kubelet.error}${kubelet.agrees ? ', as expected' : ''}${kubelet.outdated ? ', before the change' : ''}: ${kubelet.message}`,
        ]),
    ...rest.candidates.map(
      ({ secret, server, username, verdict, askedAt }) =>
        `  tries ${[secret, server, username, answer(verdict, askedAt)].join(' | ')}`,
    ),
    ...(rest.withoutLogin === undefined
      ? []
      : [`  without login: ${answer(rest.withoutLogin.verdict, rest.withoutLogin.askedAt)}`]),
    ...(cause === undefined ? [] : [`  cause: ${causeLine(cause)}`]),
  ];
}

function answer(verdict: Verdict | undefined, askedAt: string | undefined): string {
  return verdict === undefined ? 'not asked' : `${JSON.stringify(verdict)} at ${askedAt}`;
}

function causeLine({ severity, code, object, fix }: FindingView): string {
  return `${severity} ${code} of ${describeObject(object)}, ${fix.sufficient ? 'sufficient' : 'advice'}`;
}

function findingLine(found: FindingView): string {
  const whom = found.affects === undefined ? '' : ` for ${JSON.stringify(found.affects)}`;
  return `${causeLine(found)}${whom} ${JSON.stringify(found.arguments)}`;
}
