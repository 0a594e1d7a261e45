/**
 * `npm run vulnerabilities` fails when something that a release ships has a known vulnerability, or when nobody could be asked.
 * An exception is in release/vulnerabilities/exceptions.json, with its reason. The bundle for executables must exist already.
 */
import { readFileSync } from 'node:fs';
import { billOfMaterials } from './release/bill-of-materials.ts';
import { releaseInfo } from './release/release-info.ts';
import { govulncheck, inGovulncheck } from './release/vulnerabilities/govulncheck.ts';
import { inNpmAudit, npmAudit } from './release/vulnerabilities/npm-audit.ts';
import { NotChecked, type Vulnerability } from './release/vulnerabilities/vulnerability.ts';
import {
  type Answer,
  EXCEPTIONS_FILE,
  exceptionsIn,
  verdictOn,
} from './release/vulnerabilities/vulnerability-verdict.ts';

const { components } = JSON.parse(billOfMaterials(releaseInfo()));
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const exceptions = exceptionsIn(readFileSync(EXCEPTIONS_FILE, 'utf8'));
const answers = [
  await answer(async () => inNpmAudit(await npmAudit(), components, packages)),
  await answer(async () => ['amd64', 'arm64'].flatMap((architecture) => inGovulncheck(govulncheck(architecture)))),
];
const { released, lines } = verdictOn(answers, exceptions, new Date().toISOString().slice(0, 10));
for (const line of lines) process.stdout.write(`${line}\n`);
if (released) process.stdout.write('npm audit and govulncheck know nothing that stops a release\n');
process.exitCode = released ? 0 : 1;

async function answer(ask: () => Promise<readonly Vulnerability[]>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NotChecked) return { notChecked: error.message };
    throw error;
  }
}
