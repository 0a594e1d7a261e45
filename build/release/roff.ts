/** The part of the man page language that our pages use: man(7), which groff and mandoc both read. */

/** The first line of a page in section 1, user commands. */
export function title(name: string, day: string, source: string): string {
  return `.TH ${argument(name.toUpperCase())} 1 ${day} ${argument(source)} "User Commands"\n`;
}

export function section(name: string): string {
  return `.SH ${argument(name.toUpperCase())}\n`;
}

export function subsection(name: string): string {
  return `.SS ${argument(name)}\n`;
}

/** Text at the start of a section. It must be escaped already. */
export function text(escaped: string): string {
  return lines(escaped);
}

/** A further paragraph. It must be escaped already. */
export function paragraph(escaped: string): string {
  return `.PP\n${lines(escaped)}`;
}

/** A term with its meaning below. Both must be escaped already. */
export function tagged(term: string, meaning: string): string[] {
  return ['.TP\n', lines(term), lines(meaning)];
}

/** An example command under a sentence that describes it. */
export function exampleBlock(purpose: string, typed: string): string {
  return `.TP 4\n${lines(prose(purpose))}.EX\n${code(typed)}\n.EE\n`;
}

/** Text for machines, escaped so that it can be copied from the page: `-` stays a minus, `'` an apostrophe. */
export function code(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replace(/[-'`^~]/g, (character) => CHARACTERS[character] ?? character)
    .replace(/^\./, '\\&.');
}

const CHARACTERS: Readonly<Record<string, string>> = {
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

export function bold(text: string): string {
  return `\\fB${code(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${code(text)}\\fR`;
}

/** Escapes a sentence. Its flags, addresses and paths can be copied. */
export function prose(text: string): string {
  return text
    .split(' ')
    .map((word) =>
      /^["'(]*(-|https:|~|[\w.]*\/)/.test(word) ? code(word) : word.replaceAll('\\', '\\e').replaceAll('~', '\\(ti'),
    )
    .join(' ');
}

function argument(text: string): string {
  return `"${code(text).replaceAll('"', '\\(dq')}"`;
}

const WIDTH = 79;

/** Breaks text into short lines, as roff requires, none of which looks like a request. */
function lines(text: string): string {
  const wrapped: string[] = [''];
  for (const word of text.split(' ')) {
    const line = wrapped.at(-1) ?? '';
    if (line === '' || line.length + word.length < WIDTH)
      wrapped[wrapped.length - 1] = line === '' ? word : `${line} ${word}`;
    else wrapped.push(word);
  }
  return wrapped.map((line) => `${line.replace(/^[.']/, '\\&$&')}\n`).join('');
}
