/** TOML, in which podman's registries.conf is written. */
import { parse, TomlError } from 'smol-toml';

/** The text is not TOML. The message holds nothing of it. */
export class TomlSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TomlSyntaxError';
  }
}

/** The document in `text`; throws {@link TomlSyntaxError}. */
export function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n', 1);
    throw new TomlSyntaxError(`line ${error.line}: ${reason}`);
  }
}
