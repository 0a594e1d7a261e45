/** Proposed commands for the cluster that was asked, where the command line said which. */
import type { DoctorReport } from './doctor-report.ts';
import type { Fix } from './judgement.ts';

/** At the beginning of a command line, and of what follows in it. */
const PROGRAM = /(?<=^|&& |\| )(kubectl|regsecret (?:create|attach|detach|inspect|list))(?= )/g;

/** `report` with `flags`, such as `--context prod`, in every command; kubectl and regsecret spell them alike. */
export function inCluster(report: DoctorReport, flags: string): DoctorReport {
  if (flags === '') return report;
  const placed = <T extends { readonly fix: Fix }>(found: T): T => ({
    ...found,
    fix: { ...found.fix, command: found.fix.command.replaceAll(PROGRAM, (program) => `${program} ${flags}`) },
  });
  const pullers = report.pullers?.map((puller) => ({
    ...puller,
    images: puller.images.map((image) =>
      image.cause === undefined ? image : { ...image, cause: placed(image.cause) },
    ),
  }));
  return { ...report, findings: report.findings.map(placed), ...(pullers === undefined ? {} : { pullers }) };
}
