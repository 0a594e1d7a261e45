/** When a watch looks at which namespaces again. The test gives the events and the time. */
import { describe, expect, test } from 'vitest';
import { type Agenda, createAgenda, type Look, type LookResult, RESYNC_MS } from '../../../src/commands/sync/agenda.ts';

const FINE: LookResult = { ended: true, written: [], failed: [], unsettled: [] };
const ALL: Look = { except: new Set() };
const one = (namespace: string): Look => ({ only: [namespace], except: new Set() });

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
    ['a namespace has changed', (agenda) => agenda.changed('a', 0), one('a'), 50],
    [
      'three changes in two namespaces',
      (agenda) => {
        for (const name of ['a', 'b', 'a']) agenda.changed(name, 0);
      },
      one('a'),
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
      'more namespaces have changed than are worth looking at one by one',
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

  test('each namespace is looked at by itself, and one is looked at again only when that is over', () => {
    const agenda = begun();
    for (const name of ['a', 'b']) agenda.changed(name, 0);
    const [a, b] = [agenda.next(50), agenda.next(50)];
    expect([a, b]).toEqual([one('a'), one('b')]);
    for (const name of ['a', 'c']) agenda.changed(name, 60);
    expect([agenda.next(110), agenda.next(110)]).toEqual([one('c'), undefined]);
    agenda.done(a ?? ALL, FINE, 120);
    expect(agenda.next(120)).toEqual(one('a'));
  });

  test('a look at everything leaves out what is looked at meanwhile, which is looked at once more', () => {
    const agenda = begun();
    agenda.changed('a', 0);
    const look = agenda.next(50) ?? ALL;
    agenda.sourceChanged(60);
    expect(agenda.next(110)).toEqual({ except: new Set(['a']) });
    agenda.missed(110);
    expect([agenda.next(200), agenda.wait(200)]).toEqual([undefined, Number.POSITIVE_INFINITY]);
    agenda.done(look, FINE, 210);
    expect(agenda.next(210)).toEqual(one('a'));
    agenda.done(ALL, FINE, 220);
    expect(agenda.next(220)).toEqual({ except: new Set(['a']) });
  });

  test('a change during a look is seen by the next', () => {
    const agenda = begun();
    agenda.changed('a', 0);
    const look = agenda.next(50) ?? ALL;
    agenda.changed('a', 60);
    agenda.done(look, FINE, 70);
    expect([agenda.wait(70), agenda.next(110)]).toEqual([40, one('a')]);
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
    /** Looks at all that is due at `now`. */
    const lookAt = (now: number): string[] => {
      const looks: Look[] = [];
      for (let look = agenda.next(now); look !== undefined; look = agenda.next(now)) looks.push(look);
      for (const look of looks) agenda.done(look, { ...FINE, failed: look.only ?? [] }, now);
      return looks.flatMap(({ only }) => only ?? []);
    };
    let now = 0;
    const asked = names.map(() => {
      now += agenda.wait(now);
      return lookAt(now);
    });
    expect(asked.slice(0, 4).map(({ length }) => length)).toEqual([30, 30, 30, 10]);
    now += agenda.wait(now);
    agenda.done(agenda.next(now) ?? ALL, FINE, now);
    expect(new Set(lookAt(now)).size).toBe(29);
  });
});

describe('pods that were created before their service account was patched', () => {
  const minute = (agenda: Agenda, from: number): number[] => {
    const found: number[] = [];
    for (let now = from + agenda.wait(from); now <= 100_000; now += agenda.wait(now)) {
      found.push(now);
      agenda.done(agenda.next(now) ?? ALL, FINE, now);
    }
    return found;
  };

  test.each<[string, Look, (agenda: Agenda) => void, readonly number[]]>([
    [
      'are looked at again within seconds, and then less and less often',
      one('a'),
      () => undefined,
      [3000, 10_000, 30_000, 60_000],
    ],
    ['also after a look at everything', ALL, () => undefined, [3000, 10_000, 30_000, 60_000]],
    [
      'a look for another reason takes the place of none',
      one('a'),
      (agenda) => agenda.changed('a', 1000),
      [1050, 3000, 10_000, 30_000, 60_000],
    ],
    ['a namespace that is gone is not looked at', one('a'), (agenda) => agenda.gone('a'), []],
  ])('%s', (_, look, act, expected) => {
    const agenda = begun();
    agenda.done(look, { ...FINE, written: ['a'], unsettled: ['a'] }, 0);
    act(agenda);
    expect(minute(agenda, 0)).toEqual(expected);
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
      agenda.done(one('a'), { ...FINE, written: ['a'] }, count);
    }
    agenda.missed(10);
    expect(agenda.next(60)).toEqual({ except: new Set(['a']) });
  });

  test.each<[string, (agenda: Agenda) => void]>([
    ['another source is written everywhere', (agenda) => agenda.sourceChanged(10)],
    ['a namespace of the same name begins anew', (agenda) => agenda.gone('a')],
  ])('%s', (_, act) => {
    const agenda = begun();
    for (let count = 0; count < 4; count += 1) agenda.done(one('a'), { ...FINE, written: ['a'] }, count);
    act(agenda);
    agenda.changed('a', 20);
    expect(agenda.next(70)?.except).toEqual(new Set());
  });
});
