/** The namespaces that a command line selects, as an expression about the namespace of a request. */

import { allOf, listOf, quoted, someOf } from '../codec/cel.ts';
import { UsageError } from '../errors.ts';
import { prose } from '../line/hint.ts';
import { SYNC } from '../secret/copy.ts';
import { type LabelledSelection, RESERVED } from '../secret/selected-namespace.ts';

const METADATA = 'namespaceObject.metadata';
const NAME = `${METADATA}.name`;
/** A variable of the policy. */
const LABELS = 'variables.labels';

/** As `choiceOf` of `sync`. `home`: an expression for the name of the namespace that gets no copy. Throws UsageError. */
export function chosenBySync(selection: LabelledSelection, home: string | undefined): string {
  const { exclude } = selection;
  return allOf([
    ...(home === undefined ? [] : [`${NAME} != ${home}`]),
    ...(exclude.length === 0 ? [] : [`!${matching(exclude)}`]),
    `${METADATA}.?annotations[?${quoted(SYNC)}].orValue('true').matches('(?i)^true$')`,
    chosenByNames(selection),
  ]);
}

/** Namespaces of vendors are chosen only by name. Throws UsageError. */
function chosenByNames({ names, globs, all, labelSelector }: LabelledSelection): string {
  const picked = [
    `!${matching(RESERVED)}`,
    ...(labelSelector === undefined ? [] : [chosenByLabels(labelSelector)]),
    ...(globs.length === 0 ? [] : [matching(globs)]),
  ];
  return someOf([
    ...(names.length === 0 ? [] : [`${NAME} in ${listOf(names)}`]),
    ...(all || globs.length > 0 ? [allOf(picked)] : []),
  ]);
}

/** As `-l` and `--to` of a command that also writes at `home`. Throws UsageError. */
export function chosenWithHome(
  { labelSelector, names, globs }: Omit<LabelledSelection, 'all' | 'exclude'>,
  home: string,
): string {
  const selection = { labelSelector: undefined, names, globs, all: false, exclude: [] };
  const chosen = labelSelector === undefined ? chosenByNames(selection) : chosenByLabels(labelSelector);
  return someOf([`${NAME} == ${home}`, chosen]);
}

function matching(globs: readonly string[]): string {
  return `${NAME}.matches(${quoted(`^(${globs.map(regexOf).join('|')})$`)})`;
}

/** A class in brackets is the same in RE2 and in a pattern for namespaces. */
function regexOf(glob: string): string {
  const escaped = glob.replaceAll(/(?<!\[)\^/g, '\\^');
  return escaped.replaceAll('*', '.*').replaceAll('?', '.');
}

/**
 * A requirement of a selector, as `labels.Parse` of apimachinery reads it. `>` and `<` are left out: no one selects namespaces
 * with them.
 */
const REQUIREMENT = /^(!?)\s*([\w./-]+)(?:\s*(==?|!=)\s*([\w.-]*)|\s+(in|notin)\s*\(([\w.\s,-]*)\))?$/;

/** Whether the labels of the namespace fit `selector`. Throws UsageError for a selector that is not understood. */
function chosenByLabels(selector: string): string {
  return allOf((selector.match(/[^,(]+(\([^)]*\))?/g) ?? []).map((text) => fits(text.trim())));
}

function fits(requirement: string): string {
  const [found, not, key = '', operator, value = '', word, values = ''] = REQUIREMENT.exec(requirement) ?? [];
  if (found === undefined) {
    throw new UsageError('the selector of -l has a form that a policy cannot express', prose`-l a=b,c!=d,e`);
  }
  const wanted = operator === undefined ? values.split(',').map((each) => each.trim()) : [value];
  const isOneOf =
    operator === undefined && word === undefined ? [] : [`${LABELS}[${quoted(key)}] in ${listOf(wanted)}`];
  const expression = allOf([`${quoted(key)} in ${LABELS}`, ...isOneOf]);
  return not === '!' || operator === '!=' || word === 'notin' ? `!(${expression})` : expression;
}
