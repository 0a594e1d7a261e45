/** Checks the name and the namespace of a Secret to write. */
import { UserError } from '../errors.ts';
import { clusterCommand, command } from '../line/command.ts';
import { isNamespaceName, isObjectName, nameRule } from '../line/object-name.ts';

interface SecretNames {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Throws UserError for an invalid name. `verb` is the subcommand to type again. */
export function checkNames({ name, namespace }: SecretNames, verb = 'create'): void {
  if (!isObjectName(name)) {
    // A word without a digit is no password in the wrong place.
    const meant = /^[A-Za-z-]+$/.test(name) ? name.toLowerCase() : '';
    throw new UserError(nameRule('secret'), command`regsecret ${verb} ${isObjectName(meant) ? meant : 'NAME'}`);
  }
  if (namespace && !isNamespaceName(namespace)) {
    throw new UserError(nameRule('namespace'), clusterCommand`kubectl get namespaces`);
  }
}

/** The registry that was typed in place of the name of a Secret: `ghcr.io`, `https://quay.io`, `ghcr.io/acme/app:v1`. */
export function hostIn(name: string): string | undefined {
  return /^(?:https?:\/\/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?)(?:\/[\w./:@-]*)?$/.exec(name)?.[1];
}
