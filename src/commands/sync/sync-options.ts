/** Turns the flags of `sync` into a request. */

import { manifestFolders } from '../../changes/saved-pod.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import { checkSelector } from '../../cluster/secret-scope.ts';
import type { CredentialOptions } from '../../credentials/credential-flags.ts';
import { UsageError } from '../../errors.ts';
import { type ContextFlags, checkContextFlags } from '../../kubeconfig/contexts.ts';
import { command, flagWords, words } from '../../line/command.ts';
import { againWith, againWithout, eitherOf, prose } from '../../line/hint.ts';
import { isObjectName, nameRule } from '../../line/object-name.ts';
import type { Io } from '../../system/io.ts';
import { parseTarget } from '../../workloads/target.ts';
import { chosenNames, namesAndPatterns } from '../namespace-choice.ts';
import type { AccountSelection, SyncRequest } from './sync-request.ts';

export interface SyncOptions extends ContextFlags, ChangeOptions, Omit<CredentialOptions, 'prompt'> {
  readonly name: string;
  readonly to?: readonly string[];
  readonly selector?: string;
  readonly allNamespaces?: boolean;
  readonly exclude?: readonly string[];
  readonly merge?: boolean;
  readonly adopt?: boolean;
  readonly attach?: readonly string[];
  readonly restart?: boolean;
  readonly prune?: boolean;
  readonly yes?: boolean;
  readonly output?: 'name' | 'json' | 'yaml';
  readonly admission?: boolean;
  readonly watch?: boolean;
  readonly listen?: string;
  readonly refresh?: string;
  readonly dryRun: ChangeOptions['dryRun'];
}

/** Throws UsageError. */
export function syncRequest(options: SyncOptions, io: Io): SyncRequest {
  const { name, dryRun, fieldManager, attach = [], restart = false, prune = false, yes = false } = options;
  if (!isObjectName(name)) throw new UsageError(nameRule('secret'), command`regsecret sync NAME`);
  if (options.merge && options.adopt) {
    throw new UsageError('--merge and --adopt cannot be used together', againWithout('--adopt'));
  }
  const foreign = options.merge ? 'merge' : options.adopt ? 'adopt' : 'leave';
  if (restart && attach.length === 0) throw new UsageError('--restart needs --attach', againWith(words`--attach used`));
  // A dry run looks once, and ends.
  if (options.watch && dryRun === 'none') checkWatch(options);
  else if (!options.watch && (options.listen !== undefined || options.refresh !== undefined)) {
    const flag = options.listen === undefined ? '--refresh' : '--listen';
    throw new UsageError(`${flag} needs --watch`, dryRun === 'none' ? againWith(words`--watch`) : againWithout(flag));
  }
  checkContexts(options);
  checkAdmission(options);
  const folders = manifestFolders(io.env);
  const accounts = accountsIn(attach);
  return {
    name,
    selection: selectionOf(options),
    foreign,
    accounts,
    restart,
    admission: options.admission === true,
    prune,
    yes,
    dryRun,
    fieldManager,
    folders,
  };
}

/** Throws UsageError for flags that cannot be used with the policy, and for `-o yaml` without it. */
function checkAdmission({ admission, output, watch, toContext }: SyncOptions): void {
  if (!admission && output === 'yaml')
    throw new UsageError('-o yaml prints the policy of --admission', againWith(words`--admission`));
  if (!admission) return;
  const printed = { add: words`-o yaml`, drop: ['--watch', '--listen', '--refresh'] };
  if (watch) {
    const text =
      '--admission and --watch cannot be used together: a controller that may write policies may change every pod';
    throw new UsageError(text, prose`apply the policy first: ${printed}`);
  }
  if (toContext !== undefined) {
    const each = prose`run ${words`regsecret sync --admission`} once for each cluster`;
    throw new UsageError('--to-context and --admission cannot be used together', each);
  }
}

/** Throws UsageError for flags that cannot be used with several clusters. */
function checkContexts(options: SyncOptions): void {
  if (options.toContext !== undefined && options.watch) {
    const each = prose`run ${words`regsecret sync --watch`} once for each cluster, with its own source`;
    throw new UsageError('--to-context and --watch cannot be used together', each);
  }
  checkContextFlags(options, { hasSource: true });
}

/** Throws UsageError for flags that cannot be used with a run that has no end. */
function checkWatch({ output, prune, yes }: SyncOptions): void {
  if (output === 'json') {
    throw new UsageError(
      '--watch prints a line for each change, so it cannot be used with -o json',
      againWith(words`-o name`),
    );
  }
  if (prune && !yes)
    throw new UsageError('--watch with --prune deletes without a question, so it needs --yes', againWith(words`--yes`));
}

/** Throws UsageError. */
function accountsIn(texts: readonly string[]): AccountSelection {
  const names = texts
    .filter((text) => text !== 'used' && text !== 'all')
    .map((text) => {
      const { kind, name } = parseTarget(text);
      if (kind === 'ServiceAccount' && name !== undefined) return name;
      throw new UsageError('--attach takes service accounts: sa/NAME, used or all', words`--attach sa/default`);
    });
  return { names: [...new Set(names)], used: texts.includes('used'), all: texts.includes('all') };
}

function selectionOf({
  to = [],
  selector,
  allNamespaces = false,
  exclude = [],
  all = false,
  dryRun,
  watch = false,
}: SyncOptions): SyncRequest['selection'] {
  const wanted = chosenNames(to, '--to');
  const ways = [wanted.length > 0 && '--to', selector !== undefined && '-l', allNamespaces && '-A'].filter(Boolean);
  checkSelector(selector);
  if (ways.length === 0) {
    // A pattern that nobody typed is proposed with a dry run, which is none of --watch.
    const rehearsed = dryRun === 'none' ? words`--dry-run=client` : undefined;
    // `--all` may have been meant as all namespaces.
    if (all)
      throw new UsageError('no target namespace is given, and --all means every login of docker and podman', {
        add: words`${flagWords(['-A'])} ${watch ? undefined : rehearsed}`,
        drop: ['--all'],
      });
    const add = words`--to ${'team-*'} ${rehearsed}`;
    throw new UsageError('no target namespace is given', { add, drop: ['--watch', '--listen', '--refresh'] });
  }
  if (wanted.length > 0 && ways.length > 1) {
    throw new UsageError(
      `${ways.join(' and ')} cannot be used together`,
      allNamespaces ? againWithout('-A') : eitherOf('--to', '-l'),
    );
  }
  return {
    ...namesAndPatterns(wanted),
    // The API server has already selected by the labels.
    all: allNamespaces || selector !== undefined,
    exclude: chosenNames(exclude, '--exclude'),
    labelSelector: selector,
  };
}
