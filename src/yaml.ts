/** YAML in and out; js-yaml lives here. It writes `no`, `on` and `1_000` in quotes, as readers of YAML 1.1 need. */

/** The value of the only document in `text`; throws an Error whose message names the line. */
export async function parseYaml(text: string): Promise<unknown> {
  const { load } = await import('js-yaml');
  return load(text);
}

/** `value` as kubectl prints it: keys sorted, long lines whole. */
export async function formatYaml(value: unknown): Promise<string> {
  const { dump } = await import('js-yaml');
  return dump(value, { sortKeys: true, quoteStyle: 'double', lineWidth: -1, noRefs: true });
}
