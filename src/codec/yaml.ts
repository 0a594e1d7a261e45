/** Writes YAML with js-yaml, which quotes `no`, `on` and `1_000`, as readers of YAML 1.1 need. */
import type { ScalarStyleRule } from 'js-yaml';
import { type Printable, printableYaml, showsAsItIs } from '../text/printable.ts';

/** `value` as kubectl prints it: with sorted keys, and long lines whole. */
export function formatYaml(value: unknown): Promise<string> {
  return format(value, isShortDate);
}

/** `value` for a terminal: characters that could move the cursor or reorder letters become escapes. */
export async function formatSafeYaml(value: unknown): Promise<Printable> {
  return printableYaml(await format(value, (text) => isShortDate(text) || !showsAsItIs(text)));
}

async function format(value: unknown, needsQuotes: (text: string) => boolean): Promise<string> {
  const { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } = await import('js-yaml');
  const quote: ScalarStyleRule = (layout) => {
    if (needsQuotes(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  };
  const keepPlain: ScalarStyleRule = (layout) => {
    if (isPlainText(layout.node.value)) layout.style = SCALAR_STYLE.PLAIN;
  };
  const scalarStyleRules = [quote, ...Object.values(DEFAULT_SCALAR_STYLE_RULES), keepPlain];
  return dump(value, { sortKeys: true, quoteStyle: 'double', lineWidth: -1, noRefs: true, scalarStyleRules });
}

/** Words that readers of YAML 1.1 take for something else. */
const WORD = /^(?:y|yes|n|no|on|off|true|false|null)$/i;

/**
 * Whether a text surely needs no quotes. js-yaml's own pattern for this fails in Bun on texts above 100 KB: it silently matches
 * none of them.
 */
export function isPlainText(text: string): boolean {
  return /^[A-Za-z][\w./+=-]*$/.test(text) && !WORD.test(text);
}

/** kubectl's YAML also takes `2024-1-1` for a date, and quotes it (go-yaml resolve.go `allowedTimestampFormats`). */
function isShortDate(text: string): boolean {
  const [, year, month, day] = (/^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
