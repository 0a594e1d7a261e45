/** What `rbac` prints, for `kubectl apply -f -`. */
import { printed } from '../domain/text/printable.ts';
import type { Io } from '../io.ts';
import { formatSafeYaml } from '../yaml.ts';
import { formatJson } from './structured.ts';

/** Writes documents of YAML, or a List as JSON. */
export async function printRoles(objects: readonly object[], format: 'yaml' | 'json', io: Io): Promise<void> {
  if (format === 'json') {
    io.stdout.write(formatJson({ apiVersion: 'v1', kind: 'List', items: objects }));
    return;
  }
  for (const object of objects) io.stdout.write(printed`---\n${await formatSafeYaml(object)}`);
}
