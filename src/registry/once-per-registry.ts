/** Questions that are put to a registry only once, however many images depend on them. */
import { type OncePerKey, oncePerKey } from '../concurrency.ts';
import type { Exchange } from './exchange.ts';
import type { Registry } from './ping.ts';

/** `ask`, of which the registry keeps the results, one for each subject that is the same as JSON. */
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
