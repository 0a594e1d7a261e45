/** Which findings the user wants to see, and how many that leaves out. */
import { UsageError } from '../errors.ts';
import { eachWith } from '../line/command.ts';
import { againWith, againWithout } from '../line/hint.ts';
import { closest } from '../text/closest.ts';
import { plural } from '../text/enumerate.ts';
import { FINDING_CODES, type Finding, type FindingCode } from './finding.ts';
import type { ListedItem } from './listed.ts';

export interface SelectionFlags {
  readonly errors?: boolean | undefined;
  readonly only?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly strict?: boolean | undefined;
}

export type FindingSelection = (found: Pick<Finding, 'code' | 'severity'>) => boolean;

/** Findings that were left out. */
export interface IgnoredFindings {
  readonly code: FindingCode;
  readonly severity: Finding['severity'];
  readonly count: number;
}

/** Undefined when everything is wanted. Throws UsageError for a code that no finding has, and for flags that contradict. */
export function selectionOf({ errors = false, only, ignore, strict }: SelectionFlags): FindingSelection | undefined {
  if (!errors && only === undefined && ignore === undefined) return undefined;
  const wanted = only === undefined ? undefined : codesIn('only', only);
  const unwanted = codesIn('ignore', ignore ?? []);
  const both = unwanted.find((code) => wanted?.includes(code));
  if (both !== undefined) throw new UsageError(`${both} is in both --only and --ignore`, againWithout('--ignore'));
  if (errors && strict === true)
    throw new UsageError('--errors hides the warnings that --strict is for', againWithout('--errors'));
  return ({ code, severity }) =>
    (!errors || severity === 'error') && (wanted?.includes(code) ?? true) && !unwanted.includes(code);
}

/** Each of `values` has one code, or several with commas between them. */
function codesIn(flag: string, values: readonly string[]): FindingCode[] {
  return values.flatMap((value) => value.split(',')).map((text) => codeOf(flag, text.trim()));
}

function codeOf(flag: string, text: string): FindingCode {
  const code = FINDING_CODES.find((one) => one === text);
  if (code !== undefined) return code;
  const near = closest(text, FINDING_CODES);
  const [example = ''] = FINDING_CODES;
  // A text that is near no code may be anything, so it is not repeated.
  throw new UsageError(
    near === undefined
      ? `--${flag} takes the codes that stand in brackets behind findings, such as ${example}`
      : `no finding has the code ${text}; did you mean ${near}?`,
    againWith(eachWith(`--${flag}`, [near ?? example])),
  );
}

/** `findings` without those that `selection` leaves out, and how many those are. */
export function selectFindings<T extends ListedItem<Pick<Finding, 'code' | 'severity'>>>(
  findings: readonly T[],
  selection: FindingSelection | undefined,
): { readonly findings: readonly T[]; readonly ignored?: readonly IgnoredFindings[] } {
  if (selection === undefined) return { findings };
  const { true: shown = [], false: others = [] } = Object.groupBy(findings, (found) => `${selection(found)}` as const);
  const alike = Map.groupBy(others, ({ code, severity }) => `${severity} ${code}`);
  const ignored = [...alike.values()].map((same) => {
    const [{ code, severity }] = same as [T, ...T[]];
    return { code, severity, count: same.reduce((sum, { more = 0 }) => sum + 1 + more, 0) };
  });
  return { findings: shown, ignored };
}

/** Follows the count of findings that are shown. Empty if none was left out. */
export function formatIgnored(ignored: readonly IgnoredFindings[] | undefined): string {
  const count = (ignored ?? []).reduce((sum, one) => sum + one.count, 0);
  return count === 0 ? '' : ` (${plural(count, 'finding')} ignored)`;
}
