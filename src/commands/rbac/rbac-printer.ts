/** Prints the result of `rbac`, for `kubectl apply -f -`. */

import { formatSafeYaml } from '../../codec/yaml.ts';
import { printerFor } from '../../output/printer.ts';
import { formatJson } from '../../output/structured.ts';
import type { Io } from '../../system/io.ts';
import { printed } from '../../text/printable.ts';
import { RBAC_API, type RbacObject } from './role.ts';

/** Writes YAML documents, or a List as JSON. */
export async function printRoles(objects: readonly object[], format: 'yaml' | 'json', io: Io): Promise<void> {
  if (format === 'json') {
    io.stdout.write(formatJson({ apiVersion: 'v1', kind: 'List', items: objects }));
    return;
  }
  for (const object of objects) io.stdout.write(printed`---\n${await formatSafeYaml(object)}`);
}

/** Writes the names as kubectl does. */
export async function printRoleNames(objects: readonly RbacObject[], io: Io): Promise<void> {
  const printer = await printerFor(io);
  for (const { kind, metadata } of objects) printer.result(`${kind.toLowerCase()}.${RBAC_API}/${metadata.name}`);
}
