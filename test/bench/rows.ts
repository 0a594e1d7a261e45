/** The rows of the table: what each compares, where its figure comes from, and its target. */
import { type Sample, type Samples, type Spread, spread } from './measure.ts';
import type { cases } from './world.ts';

/** Every case that is measured, also those that do not use `measure`. */
export type CaseName = keyof ReturnType<typeof cases> | 'fleet' | 'sync' | 'crowd' | 'tenantList' | 'tenantDoctor';

export interface Row {
  readonly title: string;
  /** The unit after a figure; empty for a ratio to kubectl. */
  readonly unit: '' | 'ms' | 'MB';
  readonly target: number;
  readonly value: Spread;
  /** The medians that the ratio comes from, with their unit. */
  readonly ours?: string;
  readonly theirs?: string;
}

export interface Sizes {
  readonly bytes: number;
  readonly gzipBytes: number;
}

type Figure = 'milliseconds' | 'peakBytes';

/** All rows in the order of the table, without those that were not measured on this machine. */
export function rows(samples: Samples<CaseName>, { bytes, gzipBytes }: Sizes): Row[] {
  const ratio = (title: string, target: number, name: CaseName, figure: Figure = 'milliseconds', index = 0): Row[] => {
    const programs = samples[name];
    const [ours, theirs] = [programs[index], programs.at(-1)];
    if (ours === undefined || theirs === undefined) return [];
    const ratios = ours.map((sample, round) => sample[figure] / (theirs[round]?.[figure] ?? Number.NaN));
    return [
      { title, unit: '', target, value: spread(ratios), ours: median(ours, figure), theirs: median(theirs, figure) },
    ];
  };
  const amount = (title: string, unit: 'ms' | 'MB', target: number, name: CaseName, index = 0): Row[] => {
    const runs = samples[name][index];
    if (runs === undefined) return [];
    const figures = runs.map(({ milliseconds, peakBytes }) => (unit === 'ms' ? milliseconds : peakBytes / 1e6));
    return [{ title, unit, target, value: spread(figures) }];
  };
  const constant = (value: number): Spread => ({ median: value, min: value, max: value });
  return [
    ...ratio('`--version`', 0.28, 'version'),
    ...ratio('`create --help`', 0.32, 'help'),
    ...ratio('`create x --docker-… --dry-run=client -o yaml`', 0.33, 'offline'),
    ...ratio('live `create`, new Secret', 0.58, 'live'),
    ...ratio('live `create`, merged into an existing Secret', 0.7, 'merge'),
    ...ratio('`attach --serviceaccount default --no-checks`: two requests', 0.75, 'attach'),
    ...ratio('the same with all checks', 0.75, 'attach', 'milliseconds', 1),
    // At least 70 % of the connections' rate.
    ...ratio('`attach --all-serviceaccounts -A`, 1,000 lists, to 32 bare connections', 1 / 0.7, 'fleet'),
    ...ratio('`sync` into 1,000 namespaces, to `kubectl apply --server-side` of the same Secrets', 0.3, 'sync'),
    ...ratio('the same again, with nothing to do', 0.05, 'sync', 'milliseconds', 1),
    ...ratio('`rotate` of these copies and their source', 0.35, 'sync', 'milliseconds', 2),
    ...ratio('`sync` with `--attach sa/default`', 0.6, 'sync', 'milliseconds', 3),
    ...ratio('`why pod/x --offline`, to `describe pod`', 0.8, 'why'),
    ...ratio('peak memory, offline', 0.7, 'offline', 'peakBytes'),
    ...ratio('peak memory, live', 0.95, 'live', 'peakBytes'),
    ...ratio('offline, nothing in the page cache', 1.1, 'cold'),
    ...ratio('npm package on Node 24, offline', 0.95, 'offline', 'milliseconds', 1),
    ...ratio('npm package on Node 24, live', 1.6, 'live', 'milliseconds', 1),
    ...ratio('`list -A`, 10,000 pods and 2,000 Secrets, to `get pods -A -o json`', 1, 'crowd'),
    ...ratio('`doctor -A --offline` of the same', 1, 'crowd', 'milliseconds', 1),
    ...amount('peak memory of that `list -A`', 'MB', 150, 'crowd'),
    ...amount('peak memory of that `doctor -A`', 'MB', 150, 'crowd', 1),
    ...ratio('`list -A`, 5,000 objects of tenants, to as many honest ones', 3, 'tenantList'),
    ...ratio('`doctor -A --offline` of the same', 3, 'tenantDoctor'),
    ...amount('docker config of 5 MB, one of 20,000 logins', 'ms', 150, 'large'),
    ...amount('`attach -f`, 2,000 Deployments in 0.9 MB', 'ms', 700, 'manifests'),
    ...amount('`doctor -f` of the same', 'ms', 450, 'manifests', 1),
    { title: 'size of the executable', unit: 'MB', target: 124, value: constant(bytes / 1e6) },
    { title: 'the same as .gz', unit: 'MB', target: 46, value: constant(gzipBytes / 1e6) },
  ];
}

/** Whether a row misses its target by more than the tenth that noise can explain. */
export function isMissed({ value, target }: Row): boolean {
  return value.median > target * 1.1;
}

/** The table in Markdown. */
export function format(table: readonly Row[]): string {
  const lines = table.map(({ title, unit, target, value, ours = '', theirs = '' }) => {
    const show = (figure: number): string => (unit === '' ? figure.toFixed(2) : `${figure.toFixed(0)} ${unit}`);
    const range = value.min === value.max ? '' : `${show(value.min)} – ${show(value.max)}`;
    return `| ${title} | **${show(value.median)}** | ${range} | ≤ ${show(target)} | ${ours} | ${theirs} |`;
  });
  return [
    '| executable, ratio to kubectl | median | min – max | target | regsecret | kubectl |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

function median(samples: readonly Sample[], figure: Figure): string {
  const { median: value } = spread(samples.map((sample) => sample[figure]));
  return figure === 'milliseconds' ? `${value.toFixed(1)} ms` : `${(value / 1e6).toFixed(0)} MB`;
}
