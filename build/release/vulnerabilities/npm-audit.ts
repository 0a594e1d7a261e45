/**
 * What `npm audit` knows about the packages in an executable. All packages are devDependencies, so npm itself cannot tell those
 * that are shipped from those that only build and test.
 */
import { execFile } from 'node:child_process';
import { z } from 'zod';
import type { Component } from '../cyclonedx.ts';
import { NotChecked, type Vulnerability } from './vulnerability.ts';

/** npm/cli, `@npmcli/arborist` lib/audit-report.js and `@npmcli/metavuln-calculator` lib/advisory.js. */
const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      // Text is the name of another entry: this package needs that one.
      via: z.array(z.union([z.string(), z.object({ name: z.string(), title: z.string(), url: z.string() })])),
      nodes: z.array(z.string()),
    }),
  ),
});

const Refusal = z.object({ message: z.string() });

/** The packages of package-lock.json, by their paths. */
export type LockedVersions = Readonly<Record<string, { readonly version: string }>>;

/** The report of npm, as text. npm ends with 1 when it finds something, and also when it could not ask. */
export function npmAudit(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  // In an environment for production, npm leaves out devDependencies by itself, and would find nothing.
  const args = ['audit', '--json', '--include=dev'];
  return new Promise((done, fail) => {
    execFile('npm', args, { env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (stdout === '') fail(new NotChecked(`npm audit: ${error?.message ?? stderr}`));
      else done(stdout);
    });
  });
}

/** The vulnerabilities of the packages in an SBOM. Throws `NotChecked` for what is not a report. */
export function inNpmAudit(text: string, shipped: readonly Component[], lock: LockedVersions): Vulnerability[] {
  const { vulnerabilities } = reportIn(text);
  const inSbom = new Set(shipped.map(({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`));
  return Object.values(vulnerabilities).flatMap(({ via, nodes }) => {
    const versions = new Set(nodes.flatMap((path) => lock[path]?.version ?? []));
    const advisories = via.flatMap((one) => (typeof one === 'string' ? [] : one));
    return advisories.flatMap(({ name, title, url }) =>
      [...versions]
        .filter((version) => inSbom.has(`${name}@${version}`))
        .map((version) => ({ id: url.slice(url.lastIndexOf('/') + 1), package: name, version, title, url })),
    );
  });
}

function reportIn(text: string): z.infer<typeof Report> {
  const answer = parsed(text);
  const report = Report.safeParse(answer);
  if (report.success) return report.data;
  const refusal = Refusal.safeParse(answer);
  throw new NotChecked(`npm audit: ${refusal.success ? refusal.data.message : 'the answer is not a report'}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
