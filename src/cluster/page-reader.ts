/**
 * Reads a page of a list while it arrives. A page of the largest objects has hundreds of megabytes, of which only what a shape
 * names is kept; of the text, no more than one object.
 */
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';
import type { BodyReader } from '../http/message.ts';
import { collectGarbage } from '../system/garbage.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  type FieldSelection,
  memberName,
  next,
  OPEN_BRACE,
  OPEN_BRACKET,
  type Picker,
  pick,
  separator,
} from './pick-json.ts';

/** A reader of one answer, which decodes it as well. */
export interface AnswerReader extends BodyReader {
  /** The decoded answer; undefined when there was none. Throws JsonSyntaxError. */
  end(): unknown;
}

export interface PageReader extends AnswerReader {
  /** The length of what has arrived. */
  readonly bytes: number;
  /** The objects that have arrived whole. */
  readonly objects: number;
  /** Whether the page was longer than `mostBytes`, so that the rest of it was not read. */
  readonly isCut: boolean;
}

const HEAD: ReadonlyMap<string, FieldSelection> = new Map<string, FieldSelection>([
  ['kind', true],
  ['metadata', { continue: true }],
]);

/** After this much, garbage is collected, if the objects are larger than LARGE on average. */
const GARBAGE_BYTES = 3 * 1024 * 1024;
const LARGE = 64 * 1024;

const STORE_BYTES = 64 * 1024;

/** Keeps of each object what `shape` names. The answer is the list, with its kind and its continue token. */
export function createPageReader(shape: FieldSelection, mostBytes: number): PageReader {
  const page: Page = { shape, list: undefined, items: [] };
  const store = createStore();
  let step: Step | undefined = readStart;
  let failure: JsonSyntaxError | undefined;
  let isCut = false;
  let garbage = 0;

  /** Reads as many members and items as have arrived whole. */
  const advance = (isLast: boolean): void => {
    const picker: Picker = { bytes: store.unread(), index: 0 };
    let read = 0;
    try {
      for (; step !== undefined; read = picker.index) step = step(picker, page);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      // The text may go on in the next piece.
      if (isLast || picker.index < picker.bytes.length) failure = error;
    }
    store.drop(read);
  };
  return {
    get bytes() {
      return store.total;
    },
    get objects() {
      return page.items.length;
    },
    get isCut() {
      return isCut;
    },
    take(piece) {
      store.add(piece);
      garbage += piece.length;
      if (garbage > GARBAGE_BYTES && store.total > LARGE * page.items.length) {
        collectGarbage();
        garbage = 0;
      }
      isCut ||= store.total > mostBytes;
      if (!isCut && step !== undefined && store.isDue()) advance(false);
      return failure === undefined && !isCut;
    },
    end() {
      if (store.total > 0 && !isCut && step !== undefined && failure === undefined) advance(true);
      if (failure !== undefined) throw failure;
      return page.list;
    },
  };
}

interface Page {
  readonly shape: FieldSelection;
  /** Undefined for an answer that is not an object. */
  list: Record<string, unknown> | undefined;
  readonly items: unknown[];
}

/** Reads one part of the page, and returns what reads the next. Throws JsonSyntaxError when the part has not arrived whole. */
type Step = (picker: Picker, page: Page) => Step | undefined;

function readStart(picker: Picker, page: Page): Step | undefined {
  if (next(picker) !== OPEN_BRACE) return void pick(picker, true);
  picker.index += 1;
  page.list = {};
  return readMember;
}

function readMember(picker: Picker, { list = {}, items }: Page): Step | undefined {
  if (next(picker) === CLOSE_BRACE) return undefined;
  const name = memberName(picker);
  if (name === 'items' && next(picker) === OPEN_BRACKET) {
    picker.index += 1;
    list.items = items;
    return readItem;
  }
  const value = pick(picker, HEAD.get(name) ?? {});
  separator(picker, CLOSE_BRACE);
  if (HEAD.has(name) && value !== undefined) list[name] = value;
  return readMember;
}

function readItem(picker: Picker, { items, shape }: Page): Step {
  if (next(picker) === CLOSE_BRACKET) {
    picker.index += 1;
    separator(picker, CLOSE_BRACE);
    return readMember;
  }
  const item = pick(picker, shape);
  separator(picker, CLOSE_BRACKET);
  items.push(item);
  return readItem;
}

/** The bytes that are not read yet, one after the other in memory that is used again and again, since it would become garbage. */
function createStore() {
  let memory = new Uint8Array(STORE_BYTES);
  let size = 0;
  let due = 0;
  let total = 0;
  return {
    get total() {
      return total;
    },
    add(piece: Uint8Array): void {
      if (size + piece.length > memory.length) {
        const larger = new Uint8Array(2 * (size + piece.length));
        larger.set(memory.subarray(0, size));
        memory = larger;
      }
      memory.set(piece, size);
      size += piece.length;
      total += piece.length;
    },
    /** Whether twice as much is there as the last time: an object of many pieces is not read again with each of them. */
    isDue: (): boolean => size >= due,
    unread: (): Uint8Array => memory.subarray(0, size),
    /** Drops the first `count` bytes. */
    drop(count: number): void {
      memory.copyWithin(0, count, size);
      size -= count;
      due = 2 * size;
    },
  };
}
