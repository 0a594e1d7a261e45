/** The name and the namespace that a Secret is to have. */
import { UserError } from '../../errors.ts';
import { clusterCommand, command } from '../text/command.ts';
import { isNamespaceName, isObjectName, nameRule } from '../text/object-name.ts';

interface SecretNames {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** Throws UserError. */
export function checkNames({ name, namespace }: SecretNames): void {
  if (!isObjectName(name)) throw new UserError(nameRule('secret'), command`regsecret create NAME`);
  if (namespace && !isNamespaceName(namespace)) {
    throw new UserError(nameRule('namespace'), clusterCommand`kubectl get namespaces`);
  }
}
