/** Warnings of the API server, such as those of admission policies (client-go rest/warnings.go). */
import { printable } from '../domain/printable.ts';
import type { Output } from '../io.ts';

/** Writes each text once, as kubectl does. */
export function createWarner(stderr: Output): (header: string | readonly string[] | undefined) => void {
  const seen = new Set<string>();
  return (header) => {
    for (const [, quoted = ''] of [header ?? []]
      .flat()
      .join(', ')
      .matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const text = printable(quoted.replace(/\\(.)/g, '$1').slice(0, 2000));
      if (!seen.has(text)) stderr.write(`Warning: ${text}\n`);
      seen.add(text);
    }
  };
}
