/** The YAML of maps and texts that need no quotes: what a new pull secret is made of, without loading js-yaml. */

const KEY = /^\.?[A-Za-z][\w./-]*$/;
const TEXT = /^[A-Za-z][\w./+=-]*$/;
/** Texts that readers of YAML 1.1 take for something else. */
const WORD = /^(?:y|yes|n|no|on|off|true|false|null|\.inf|\.nan)$/i;

/** `value` as js-yaml prints it, keys sorted; undefined where that takes more than is known here. */
export function formatPlainYaml(value: object, indent = ''): string | undefined {
  const lines: string[] = [];
  for (const [key, member] of Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (!KEY.test(key) || WORD.test(key)) return undefined;
    const text = typeof member === 'string' ? plainText(member) : nested(member, indent);
    if (text === undefined) return undefined;
    lines.push(`${indent}${key}:${text}`);
  }
  return lines.join('');
}

function plainText(text: string): string | undefined {
  return TEXT.test(text) && !WORD.test(text) ? ` ${text}\n` : undefined;
}

function nested(value: unknown, indent: string): string | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  const lines = isMap ? formatPlainYaml(value, `${indent}  `) : undefined;
  return lines === undefined ? undefined : `\n${lines}`;
}
