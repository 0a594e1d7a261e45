/** Questions that a registry is asked only once, however many images depend on them. */
import { type OncePerKey, oncePerKey } from '../concurrency.ts';
import type { Exchange } from './exchange.ts';
import type { Registry } from './ping.ts';

/** Wraps `ask` so that it runs once for each registry and subject. Subjects are the same when their JSON is. */
export function oncePerRegistry<Subject, Result>(
  ask: (exchange: Exchange, registry: Registry, subject: Subject) => Promise<Result>,
): typeof ask {
  const known = new WeakMap<Registry, OncePerKey<Result>>();
  return (exchange, registry, subject) => {
    const answers = known.get(registry) ?? oncePerKey<Result>();
    known.set(registry, answers);
    return answers(JSON.stringify(subject) ?? '', () => ask(exchange, registry, subject));
  };
}
