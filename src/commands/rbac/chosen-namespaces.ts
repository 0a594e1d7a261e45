/** The namespaces that a command line selects, as an expression about the namespace of a request. */

import { UsageError } from '../../errors.ts';
import { prose } from '../../line/hint.ts';
import { SYNC } from '../../secret/copy.ts';
import { type NamespaceSelection, RESERVED } from '../sync/sync-plan.ts';
import { allOf, listOf, quoted, someOf } from './cel.ts';

const METADATA = 'namespaceObject.metadata';
const NAME = `${METADATA}.name`;
/** A variable of the policy. */
const LABELS = 'variables.labels';

/** As `choiceOf` of `sync`. `home`: an expression for the name of the namespace that gets no copy. Throws UsageError. */
export function chosenBySync(
  { names, globs, all, exclude, labelSelector }: NamespaceSelection & { readonly labelSelector: string | undefined },
  home: string | undefined,
): string {
  const picked = all ? (labelSelector === undefined ? 'true' : chosenByLabels(labelSelector)) : matching(globs);
  const isPicked =
    picked === 'false' ? [] : [allOf([`!${matching(RESERVED)}`, ...(picked === 'true' ? [] : [picked])])];
  return allOf([
    ...(home === undefined ? [] : [`${NAME} != ${home}`]),
    ...(exclude.length === 0 ? [] : [`!${matching(exclude)}`]),
    `${METADATA}.?annotations[?${quoted(SYNC)}].orValue('') != 'false'`,
    someOf([...(names.length === 0 ? [] : [`${NAME} in ${listOf(names)}`]), ...isPicked]),
  ]);
}

function matching(globs: readonly string[]): string {
  return globs.length === 0 ? 'false' : `${NAME}.matches(${quoted(`^(${globs.map(regexOf).join('|')})$`)})`;
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
export function chosenByLabels(selector: string): string {
  return allOf((selector.match(/[^,(]+(\([^)]*\))?/g) ?? []).map((text) => fits(text.trim())));
}

function fits(requirement: string): string {
  const [found, not, key = '', operator, value = '', word, values = ''] = REQUIREMENT.exec(requirement) ?? [];
  if (found === undefined) {
    throw new UsageError(
      'the selector of -l has a form that the policy of --guard cannot express',
      prose`-l a=b,c!=d,e`,
    );
  }
  const wanted = operator === undefined ? values.split(',').map((each) => each.trim()) : [value];
  const isOneOf =
    operator === undefined && word === undefined ? [] : [`${LABELS}[${quoted(key)}] in ${listOf(wanted)}`];
  const expression = allOf([`${quoted(key)} in ${LABELS}`, ...isOneOf]);
  return not === '!' || operator === '!=' || word === 'notin' ? `!(${expression})` : expression;
}
