/** What is found where many objects, or files, are examined: for each code its arguments, its sentence and its fix. */
import { command, fileWord, kubectlPath, words } from '../line/command.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { describeFault, type FieldFault } from '../workloads/field-fault.ts';
import { targetWord } from '../workloads/object-ref.ts';
import { error, some, warning } from './finding-record.ts';
import { editFile } from './pod-commands.ts';

export const OVERVIEW_FINDINGS = {
  'unused-secret': warning<Record<never, never>>({
    namesUsers: true,
    isAdvice: true,
    says: (_, object) => `no imagePullSecrets reference ${object}; volumes and env not checked`,
    fix: (_, object) => command`regsecret inspect ${nameWord(object.name)} ${scope(object.namespace)}`,
  }),
  'same-content': warning<{ readonly others: readonly string[] }>({
    namesUsers: true,
    isAdvice: true,
    says: ({ others }, object) => `${object} holds the same logins as ${some(others)}`,
    fix: (_, object) => command`regsecret list ${scope(object.namespace)} -o wide`,
  }),
  /**
   * The API server does not return the object, so whatever depends on it is not known. `bug`: our own code fails on it, and
   * `reason` is the name of the error.
   */
  'unread-object': error<{ readonly reason: string; readonly bug?: true | undefined }>({
    isAdvice: true,
    says: ({ reason, bug }, object) =>
      bug
        ? `${object} was not checked, because of a bug in regsecret (${reason})`
        : `${object} cannot be read: ${reason}`,
    fix: ({ bug }, object) =>
      bug
        ? // `why` says what to report.
          command`regsecret why ${targetWord(object)} ${scope(object.namespace)}`
        : command`kubectl get ${object.kind.toLowerCase()} ${nameWord(object.name)} ${scope(object.namespace)}`,
  }),
  /** `others`: further templates of charts, which share this finding. */
  'unreadable-file': error<{
    readonly error: string;
    readonly chart: boolean;
    readonly others?: readonly string[] | undefined;
  }>({
    isAdvice: true,
    says: ({ error, chart, others = [] }, object) => {
      const more = others.length === 0 ? '' : `, and so ${others.length === 1 ? 'does' : 'do'} ${some(others)}`;
      return `${object} cannot be read: ${error}${chart ? `; it seems to be the template of a chart${more}` : ''}`;
    },
    fix: ({ chart }, object) =>
      chart
        ? { ...command`helm template CHART`, pipe: words`regsecret doctor -f -` }
        : command`kubectl create --dry-run=client -f ${kubectlPath(fileWord(object.name))}`,
  }),
  /** In a manifest. */
  'refused-field': error<FieldFault>({
    identity: ['field'],
    says: (args, object) => describeFault(args, object),
    fix: (_, object) => editFile(object),
  }),
};
