/** The name and the namespace that a Secret is to have. */
import { UserError } from '../../errors.ts';
import { clusterCommand, command, words } from '../text/command.ts';
import { isNamespaceName, isObjectName, proposeName } from '../text/object-name.ts';

interface SecretNames {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Throws UserError with a name that would do, where there is one. */
export function checkNames({ name, namespace }: SecretNames): void {
  if (!isObjectName(name)) {
    const proposal = proposeName(name);
    throw new UserError(
      `"${name}" cannot be the name of a secret: only a-z, 0-9, - and . are allowed, and letters or digits at both ends`,
      proposal === undefined ? words`regsecret create --help` : command`regsecret create ${proposal}`,
    );
  }
  if (namespace && !isNamespaceName(namespace)) {
    throw new UserError(`"${namespace}" cannot be the name of a namespace`, clusterCommand`kubectl get namespaces`);
  }
}
