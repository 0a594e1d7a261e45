/** When a watch looks at which namespaces again. The test gives the events and the time. */
import { describe, expect, test } from 'vitest';
import { type Agenda, createAgenda, type Look, type LookResult, RESYNC_MS } from '../../../src/commands/sync/agenda.ts';

const FINE: LookResult = { ended: true, written: [], failed: [] };
const ALL: Look = { except: new Set() };
const few = (...only: string[]): Look => ({ only, except: new Set() });

/** An agenda after its first look, which succeeded at time 0. */
function begun(): Agenda {
  const agenda = createAgenda(0);
  agenda.done(agenda.next(0) ?? ALL, FINE, 0);
  return agenda;
}

describe('what an event leads to', () => {
  test.each<[situation: string, act: (agenda: Agenda) => void, look: object | undefined, at: number]>([
    ['nothing has happened', () => undefined, undefined, RESYNC_MS - 1],
    ['nothing has happened for ten minutes', () => undefined, ALL, RESYNC_MS],
    ['a namespace has changed a moment ago', (agenda) => agenda.changed('a', 0), undefined, 49],
    ['a namespace has changed', (agenda) => agenda.changed('a', 0), few('a'), 50],
    [
      'three changes in two namespaces',
      (agenda) => {
        for (const name of ['a', 'b', 'a']) agenda.changed(name, 0);
      },
      few('a', 'b'),
      50,
    ],
    ['the source has changed', (agenda) => agenda.sourceChanged(0), ALL, 50],
    ['changes may have been missed', (agenda) => agenda.missed(0), ALL, 50],
    [
      'a namespace has changed, and is gone',
      (agenda) => {
        agenda.changed('a', 0);
        agenda.gone('a');
      },
      undefined,
      1000,
    ],
    [
      'sixty namespaces have changed: fifty are read, the rest next',
      (agenda) => {
        for (let index = 0; index < 60; index += 1) agenda.changed(`n${index}`, 0);
      },
      few(...Array.from({ length: 50 }, (_, index) => `n${index}`)),
      50,
    ],
    [
      'more namespaces have changed than are worth reading one by one',
      (agenda) => {
        for (let index = 0; index < 201; index += 1) agenda.changed(`n${index}`, 0);
      },
      ALL,
      50,
    ],
  ])('%s', (_, act, look, at) => {
    const agenda = begun();
    act(agenda);
    expect(agenda.next(at)).toEqual(look);
  });

  test('a change during a look is seen by the next', () => {
    const agenda = begun();
    agenda.changed('a', 0);
    const look = agenda.next(50) ?? ALL;
    agenda.changed('a', 60);
    agenda.done(look, FINE, 70);
    expect([agenda.wait(70), agenda.next(110)]).toEqual([40, few('a')]);
  });

  test('what was missed during a look at everything is looked at in another one', () => {
    const agenda = createAgenda(0);
    const look = agenda.next(0) ?? ALL;
    agenda.missed(10);
    agenda.done(look, FINE, 20);
    expect(agenda.next(60)).toEqual(ALL);
  });
});

/** The times of the next `count` looks, if each ends with `result`. */
function times(agenda: Agenda, count: number, result: (namespaces: readonly string[]) => LookResult): number[] {
  const found: number[] = [];
  for (let now = 0; found.length < count; ) {
    now += agenda.wait(now);
    const look = agenda.next(now);
    if (look === undefined) throw new Error(`nothing is due at ${now}`);
    found.push(now);
    agenda.done(look, result(look.only ?? ['a']), now);
  }
  return found;
}

describe('what fails is tried again, less and less often, but soon enough after the world is right again', () => {
  const gaps = (found: number[]): number[] => found.map((at, index) => at - (found[index - 1] ?? 0));

  test('a look at everything', () => {
    const found = times(createAgenda(0), 8, () => ({ ...FINE, ended: false }));
    expect(gaps(found)).toEqual([0, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  test('one namespace', () => {
    const agenda = begun();
    agenda.changed('a', 0);
    const found = times(agenda, 7, (failed) => ({ ...FINE, failed }));
    expect(gaps(found)).toEqual([50, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  test('of many namespaces ten, and the others as soon as one of them is served', () => {
    const agenda = createAgenda(0);
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    agenda.done(agenda.next(0) ?? ALL, { ...FINE, failed: names }, 0);
    let now = 0;
    let asked: readonly string[] = names;
    for (let round = 0; round < 5; round += 1) {
      now += agenda.wait(now);
      const look = agenda.next(now);
      asked = look?.only ?? [];
      if (round < 4) agenda.done(look ?? ALL, { ...FINE, failed: asked }, now);
    }
    expect(asked.length).toBeLessThan(30);
    agenda.done({ only: asked, except: new Set() }, FINE, now);
    expect(agenda.next(now)?.only?.length).toBe(30 - asked.length);
  });
});

describe('somebody undoes every write', () => {
  /** Writes at each look, and every write is undone at once. Returns the times of the writes until `until`. */
  function fight(until: number): { readonly writes: number[]; readonly shown: number[] } {
    const agenda = begun();
    const [writes, shown]: [number[], number[]] = [[], []];
    agenda.changed('a', 0);
    for (let now = 0; now < until; ) {
      now += Math.max(1, agenda.wait(now));
      const look = agenda.next(now);
      if (look === undefined) continue;
      const isMeant = !look.except.has('a');
      if (isMeant) writes.push(now);
      if (agenda.done(look, { ...FINE, written: isMeant ? ['a'] : [] }, now).length > 0) shown.push(now);
      if (isMeant) agenda.changed('a', now);
    }
    return { writes, shown };
  }

  test('a few writes in the first minute, and hardly any later; it is shown once', () => {
    const { writes, shown } = fight(3_600_000);
    const inMinute = (minute: number): number => writes.filter((at) => Math.floor(at / 60_000) === minute).length;
    expect(Math.max(...Array.from({ length: 60 }, (_, minute) => inMinute(minute)))).toBeLessThanOrEqual(6);
    expect(writes.length).toBeLessThan(40);
    expect(shown[0]).toBe(writes[3]);
  });

  test('a look at everything leaves it out meanwhile', () => {
    const agenda = begun();
    for (let count = 0; count < 4; count += 1) {
      agenda.done(few('a'), { ...FINE, written: ['a'] }, count);
    }
    agenda.missed(10);
    expect(agenda.next(60)).toEqual({ except: new Set(['a']) });
  });

  test.each<[string, (agenda: Agenda) => void]>([
    ['another source is written everywhere', (agenda) => agenda.sourceChanged(10)],
    ['a namespace of the same name begins anew', (agenda) => agenda.gone('a')],
  ])('%s', (_, act) => {
    const agenda = begun();
    for (let count = 0; count < 4; count += 1) agenda.done(few('a'), { ...FINE, written: ['a'] }, count);
    act(agenda);
    agenda.changed('a', 20);
    expect(agenda.next(70)?.except).toEqual(new Set());
  });
});
