/** Runs with several contexts, each of which may end in any way. */
import { describe, expect, test } from 'vitest';
import { runContexts, type Work } from '../../src/changes/run-contexts.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { EXIT, Interrupted, UserError } from '../../src/errors.ts';
import type { Connection } from '../../src/kubeconfig/connection.ts';
import { command } from '../../src/line/command.ts';
import { printerFor } from '../../src/output/printer.ts';
import { fc } from '../support/fast-check.ts';
import { type FakeIo, fakeIo } from '../support/io.ts';

/** How the work in one context can end. */
const WAYS = ['refused', 'nothing to do', 'done', 'in part', 'failed while writing'] as const;
type Way = (typeof WAYS)[number];

const nowhere = { transport: {} as Transport, connection: {} as Connection };

/** Work that ends in these ways, and records its events in order: `look 0`, `write 0`. */
function workOf(ways: readonly Way[], events: string[], met: (event: string) => void = () => undefined): Work {
  let next = 0;
  const say = (event: string): void => {
    events.push(event);
    met(event);
  };
  return async (_, { agree, printer, io, answer, counted }) => {
    const index = next;
    next += 1;
    const way = ways[index];
    say(`look ${index}`);
    if (way === 'refused') throw new UserError('it is away', command`regsecret list`);
    if (way === 'nothing to do') return EXIT.ok;
    await agree?.({ what: 'Write it', changes: 1, deletes: false });
    say(`write ${index}`);
    if (io.signal.aborted) throw io.signal.reason;
    if (way === 'failed while writing') throw new UserError('it has gone');
    printer.result('written');
    counted({ noun: 'Secret', total: 1, counts: { updated: 1 } });
    answer({ dryRun: 'none' });
    return way === 'in part' ? EXIT.failed : EXIT.ok;
  };
}

async function ran(ways: readonly Way[], work: Work, output: 'json' | undefined, io: FakeIo = fakeIo()) {
  const contexts = ways.map((_, index) => ({ context: `c${index}`, ...nowhere }));
  const printer = await printerFor(io);
  const code = await runContexts(contexts, work, { output, dryRun: 'none' }, { io, printer });
  return { code, ...io.written };
}

const someWays = fc.array(fc.constantFrom(...WAYS), { minLength: 1, maxLength: 6 });
const writes = (way: Way): boolean => way !== 'refused' && way !== 'nothing to do';
const fails = (way: Way): boolean => way !== 'done' && way !== 'nothing to do';

describe('for any ends', () => {
  test('all are looked at before one is written, each is done, and each that fails is named', async () => {
    await fc.assert(
      fc.asyncProperty(someWays, async (ways) => {
        const events: string[] = [];
        const { code, stderr, stdout } = await ran(ways, workOf(ways, events), undefined);
        const all = ways.map((way, index) => ({ way, index }));
        expect(events).toEqual([
          ...all.map(({ index }) => `look ${index}`),
          ...all.flatMap(({ way, index }) => (writes(way) ? [`write ${index}`] : [])),
        ]);
        expect(code).toBe(ways.some(fails) ? EXIT.failed : EXIT.ok);
        for (const { way, index } of all) {
          expect(
            stderr.includes(`c${index}: error: it is away\nc${index}: hint: regsecret list --context c${index}`),
          ).toBe(way === 'refused');
          expect(stderr.includes(`c${index}: error: it has gone\n`)).toBe(way === 'failed while writing');
          expect(stdout.includes(`c${index}: written\n`)).toBe(way === 'done' || way === 'in part');
        }
        const failed = ways.filter(fails).length;
        const parts = [
          ...(failed < ways.length ? [`${ways.length - failed} done`] : []),
          ...(failed > 0 ? [`${failed} failed`] : []),
        ];
        const noun = ways.length === 1 ? 'context' : 'contexts';
        expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
          new RegExp(`^${ways.length} ${noun}: ${parts.join(', ')}(;|$)`),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('one document has every context, in the order of the command line', async () => {
    await fc.assert(
      fc.asyncProperty(someWays, async (ways) => {
        const { stdout } = await ran(ways, workOf(ways, []), 'json');
        const document = stdout.replaceAll(/^c\d: written\n/gm, '');
        expect(JSON.parse(document).contexts).toEqual(
          ways.map((way, index) => ({
            context: `c${index}`,
            ...(way === 'done' || way === 'in part' ? { dryRun: 'none' } : {}),
            ...(way === 'refused'
              ? { error: { message: 'it is away', hint: `regsecret list --context c${index}` } }
              : {}),
            ...(way === 'failed while writing' ? { error: { message: 'it has gone' } } : {}),
          })),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('Ctrl-C at any point: nothing is begun after it, and what is done is said', async () => {
    await fc.assert(
      fc.asyncProperty(someWays, fc.nat({ max: 11 }), async (ways, at) => {
        const io = fakeIo();
        const events: string[] = [];
        const work = workOf(ways, events, () => {
          if (events.length === at + 1) io.interrupt();
        });
        const end = ran(ways, work, undefined, io);
        const [looks, all] = [ways.length, ways.length + ways.filter(writes).length];
        // After the last event there may be nothing left to interrupt.
        if (at < all - 1) await expect(end).rejects.toThrow(Interrupted);
        else await end.catch(() => undefined);
        const written = ways.flatMap((way, index) => (writes(way) && events.includes(`write ${index}`) ? [index] : []));
        expect(written.length).toBe(Math.max(0, Math.min(at + 1, all) - looks));
        if (at < looks - 1 || at >= all - 1) return;
        const warning = /warning: interrupted: (.*)\n/.exec(io.written.stderr)?.[1] ?? '';
        const [done = '', untouched = ''] = warning.includes('nothing was written in')
          ? warning.split('nothing was written in')
          : [warning];
        const begun = written.at(-1);
        for (const [index, way] of ways.entries()) {
          const isOver =
            way === 'nothing to do' || (written.includes(index) && index !== begun && way !== 'failed while writing');
          const isUntouched = writes(way) && !written.includes(index);
          expect([done.includes(`c${index}`), untouched.includes(`c${index}`)]).toEqual([isOver, isUntouched]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('a bug ends the run: the others are not done', async () => {
  const events: string[] = [];
  const work = workOf(['done', 'done'], events, (event) => {
    if (event === 'look 1') throw new TypeError('x');
  });
  await expect(ran(['done', 'done'], work, undefined)).rejects.toThrow(TypeError);
  expect(events).toEqual(['look 0', 'look 1']);
});

test('a name that could move the cursor does not', async () => {
  const io = fakeIo();
  const contexts = [{ context: 'a\u001b[2J\nb', ...nowhere }];
  await runContexts(contexts, workOf(['done'], []), { dryRun: 'none' }, { io, printer: await printerFor(io) });
  expect(io.written.stdout).toBe('a\\x1b[2J\\nb: written\n');
});
