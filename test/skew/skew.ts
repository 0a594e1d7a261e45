/**
 * `npm run skew [-- VERSION… [--files FILTER…]]` runs the tests that need a cluster or a node against other versions of
 * Kubernetes, which it builds first, and prints a table. It is not part of `npm test`: a version takes as long as that, and half
 * an hour more to build.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { killChildren } from '../environment/child.ts';
import { FEATURES, type Feature, lacks } from '../environment/kubernetes-features.ts';
import { report } from '../environment/report.ts';
import { buildKubernetes } from './kubernetes-programs.ts';
import { parse } from './skew-arguments.ts';

const MINUTES_A_VERSION = 150;

/** The fields of vitest's JSON report that are used. */
interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Row {
  readonly version: string;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly leftOut: number;
  readonly seconds: number;
}

let tests: ChildProcess | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    tests?.kill(signal);
    void killChildren(); // they build
    process.exit(130);
  });
}

const { versions, filters } = parse(process.argv.slice(2));
const rows: Row[] = [];
for (const version of versions) rows.push(await runTests(version, await buildKubernetes(version, report)));
process.stdout.write(`\n${table(rows)}${rows.flatMap(notes).join('')}`);
if (rows.some(({ passed, failed }) => passed === 0 || failed.length > 0)) process.exitCode = 1;

async function runTests(version: string, programs: string): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-skew-'));
  const file = join(folder, 'tests.json');
  const started = performance.now();
  report(`the tests with Kubernetes ${version}`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'cluster', '--project', 'node', ...filters];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const args = ['test/environment/test-run.ts', `${MINUTES_A_VERSION}`, ...vitest, ...reporters];
  const env = { ...process.env, KUBEBUILDER_ASSETS: programs, REGSECRET_KUBERNETES: version };
  try {
    tests = spawn(process.execPath, args, { env, stdio: ['ignore', 2, 2] });
    await once(tests, 'exit');
    const results: Results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { testResults: [] };
    return { version, ...counted(results), seconds: (performance.now() - started) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counted({ testResults }: Results): Pick<Row, 'passed' | 'failed' | 'leftOut'> {
  const all = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const own = assertionResults.map((test) => ({ title: `${file}: ${test.fullName}`, status: test.status }));
    // A file may fail although none of its tests does: because of an import or a hook.
    const isOfATest = status !== 'failed' || own.some((test) => test.status === 'failed');
    return isOfATest ? own : [...own, { title: `${file}: ${message.split('\n')[0]}`, status }];
  });
  const failed = all.filter(({ status }) => status === 'failed').map(({ title }) => title);
  const passed = all.filter(({ status }) => status === 'passed').length;
  return { passed, failed, leftOut: all.length - passed - failed.length };
}

/** The table in Markdown. */
function table(all: readonly Row[]): string {
  const lines = all.map(({ version, passed, failed, leftOut, seconds }) => [
    version,
    `${passed}`,
    `${failed.length}`,
    `${leftOut}`,
    `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`,
  ]);
  const head = ['Kubernetes', 'passed', 'failed', 'left out', 'time'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Says why tests were left out, and which have failed. */
function notes({ version, failed, passed }: Row): string[] {
  const missing = (Object.keys(FEATURES) as Feature[]).filter((feature) => lacks(feature, version));
  return [
    ...missing.map((name) => `\n${version} lacks ${name} (since ${FEATURES[name].since}): ${FEATURES[name].reason}`),
    ...(passed === 0 ? [`\n${version}: no test has run`] : []),
    ...failed.map((title) => `\n${version} failed: ${title}`),
    '\n',
  ];
}
