/** The YAML of maps and texts that need no quotes: what a new pull secret is made of, without loading js-yaml. */
import { isPlainText } from '../yaml.ts';

/** `value` as js-yaml prints it, keys sorted; undefined where that takes more than is known here. */
export function formatPlainYaml(value: object, indent = ''): string | undefined {
  const lines: string[] = [];
  for (const [key, member] of Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (key !== '.dockerconfigjson' && key !== '.dockercfg' && !isPlainText(key)) return undefined;
    const text = typeof member === 'string' ? plainText(member) : nested(member, indent);
    if (text === undefined) return undefined;
    lines.push(`${indent}${key}:${text}`);
  }
  return lines.join('');
}

function plainText(text: string): string | undefined {
  return isPlainText(text) ? ` ${text}\n` : undefined;
}

function nested(value: unknown, indent: string): string | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  const lines = isMap ? formatPlainYaml(value, `${indent}  `) : undefined;
  return lines === undefined ? undefined : `\n${lines}`;
}
