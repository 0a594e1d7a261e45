/** What is wrong with a Secret that is one of several: a copy, or the twin of another one in manifests. */

import { command } from '../line/command.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { type CopySourceName, forgetSource, type StaleCopy } from '../secret/copy.ts';
import { displayServer } from '../secret/display-server.ts';
import { type Place, warning } from './finding-record.ts';
import { editFile } from './pod-commands.ts';
import { createSecretCommand, syncPreview } from './secret-commands.ts';

export const COPY_FINDINGS = {
  /** Marked as a copy of `source`, which has another type or payload. */
  'stale-copy': warning<StaleCopy>({
    subject: ({ source }) => source,
    isAdvice: true,
    says: ({ source, namespaces, refusedBy }, shown, { object: { name, namespace } }) => {
      const which = namespaces ? `secret ${name} in ${namespaces.length} namespaces` : shown;
      const where = namespaces ? 'these namespaces' : `namespace ${namespace}`;
      const whole = `${source.namespace}/${source.name}`;
      const end =
        refusedBy === undefined
          ? `sync gives ${where} the login in secret ${whole}`
          : `${displayServer(refusedBy)} rejects the login in secret ${whole}, and accepts the one in its copy ${namespace}/${name}`;
      return `${which} is marked as a copy of ${whole}, but differs from it; ${end}`;
    },
    // A login that works is never replaced.
    fix: ({ source, namespaces, refusedBy }, copy) =>
      refusedBy === undefined
        ? syncPreview(source, copy, namespaces)
        : command`regsecret verify ${nameWord(source.name)} ${scope(source.namespace)}`,
  }),
  /** Marked as a copy of `source`, but there is no pull secret of that name. */
  'orphaned-copy': warning<{ readonly source: CopySourceName }>({
    isAdvice: true,
    says: ({ source }, object) =>
      `${object} is marked as a copy of ${source.namespace}/${source.name}, which does not exist`,
    fix: (_, object) => forgetSource(object.name, object.namespace),
  }),
  /** `last`: the place of the Secret of that name that is applied last. */
  'duplicate-secret': warning<{ readonly last: Place }>({
    isAdvice: true,
    says: ({ last }, object) =>
      `${object} is also in ${last.file === '-' ? 'stdin' : last.file}:${last.line}; the last one applied wins, so pods get only the logins there`,
    fix: (_, object, context) =>
      context.secretOf === undefined ? editFile(object) : createSecretCommand(object, context, []),
  }),
};
