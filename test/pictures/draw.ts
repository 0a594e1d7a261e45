/**
 * Draws a terminal session as an SVG whose texts can be selected, in the colours of the reader's scheme. Existing libraries are
 * older than that media query, or need React.
 */
import { stripVTControlCharacters } from 'node:util';

/** A command and its output, with the escape sequences for colours. */
export interface Step {
  readonly command: string;
  readonly output: string;
}

export interface PictureOptions {
  /** A description for readers who cannot see the picture. */
  readonly title: string;
  readonly columns: number;
  /** Whether the steps appear one after the other, unless the reader prefers reduced motion. */
  readonly moves: boolean;
}

/** A part of a line in one colour. */
interface Span {
  readonly colour: string;
  readonly text: string;
}

const SIZE = 13;
const LINE = 18;
const PADDING = 16;
/** The width of a character, a little more than in the widest of the fonts below. */
const ADVANCE = SIZE * 0.61;

/** The CSS class for each SGR parameter. The program uses no others, so they are errors. */
const COLOURS: Readonly<Record<string, string>> = { '31': 'e', '33': 'w', '2': 'f', '39': '', '22': '', '0': '' };

const STYLE = `text{font:${SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre;fill:#1f2328}
rect{fill:#f6f8fa;stroke:#d1d9e0}.e{fill:#c01c28}.w{fill:#8a5a00}.f{fill:#59636e}.p{fill:#1a7f37}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#3d444d}.e{fill:#ff7b72}.w{fill:#e3b341}.f{fill:#9198a1}.p{fill:#3fb950}}`;

/** The picture, as the text of an SVG file. */
export function drawTerminal(steps: readonly Step[], { title, columns, moves }: PictureOptions): string {
  let row = 0;
  let seconds = 0;
  const delays: number[] = [];
  const group = (lines: readonly (readonly Span[])[], pause: number): string => {
    const texts = lines.map((spans) => {
      row += 1;
      return `<text x="${PADDING}" y="${PADDING + row * LINE - 5}">${spans.map(drawSpan).join('')}</text>\n`;
    });
    if (!moves) return texts.join('');
    delays.push(seconds);
    seconds += pause;
    return `<g class="s${delays.length}">\n${texts.join('')}</g>\n`;
  };
  const body = steps.map(({ command, output }) => {
    const prompt: Span[] = [{ colour: 'p', text: '$ ' }];
    const typed = wrap([...prompt, { colour: '', text: command }], columns);
    const printed = linesOf(output).flatMap((spans) => wrap(spans, columns));
    return group(typed, 1) + group(printed, 1.5 + printed.length / 2);
  });
  const [width, height] = [Math.ceil(columns * ADVANCE) + 2 * PADDING, row * LINE + 2 * PADDING];
  const motion = delays.map((delay, index) => `.s${index + 1}{animation-delay:${delay}s}`).join('');
  const motions = moves
    ? `\n@media(prefers-reduced-motion:no-preference){g{animation:a .2s backwards}${motion}}@keyframes a{from{opacity:0}}`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t">
<title id="t">${escapeXml(title)}</title>
<style>${STYLE}${motions}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>
${body.join('')}</svg>
`;
}

function drawSpan({ colour, text }: Span): string {
  const safe = escapeXml(text);
  return colour === '' ? safe : `<tspan class="${colour}">${safe}</tspan>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Splits the output into lines of coloured spans. Throws for an escape sequence that the program does not use. */
function linesOf(output: string): Span[][] {
  let colour = '';
  return output
    .replace(/\n$/, '')
    .split('\n')
    .map((line) =>
      line.split(/(\u001b\[[\d;]*m)/).flatMap((part): Span[] => {
        const [, parameter] = /^\u001b\[(\d*)m$/.exec(part) ?? [];
        if (parameter === undefined) {
          if (stripVTControlCharacters(part) !== part)
            throw new Error(`an escape that is no colour: ${JSON.stringify(part)}`);
          return part === '' ? [] : [{ colour, text: part }];
        }
        const found = COLOURS[parameter || '0'];
        if (found === undefined) throw new Error(`a colour that no picture has: ${parameter}`);
        colour = found;
        return [];
      }),
    );
}

/** Wraps a line at the last space that fits, which reads better than a terminal's own wrapping. */
function wrap(spans: readonly Span[], columns: number): Span[][] {
  const cells = spans.flatMap(({ colour, text }) => Array.from(text, (character) => ({ colour, text: character })));
  const lines: Span[][] = [];
  for (let from = 0; from < cells.length || lines.length === 0; ) {
    const whole = cells.slice(from, from + columns);
    const space = whole.findLastIndex(({ text }) => text === ' ');
    const isBroken = from + columns < cells.length && space > whole.findIndex(({ text }) => text !== ' ');
    const line = isBroken ? whole.slice(0, space + 1) : whole;
    lines.push(joined(line));
    from += line.length || 1;
  }
  return lines;
}

/** Joins neighbours of the same colour. */
function joined(cells: readonly Span[]): Span[] {
  const spans: Span[] = [];
  for (const { colour, text } of cells) {
    const last = spans.at(-1);
    if (last?.colour === colour) spans[spans.length - 1] = { colour, text: last.text + text };
    else spans.push({ colour, text });
  }
  return spans;
}
