/** The last line of a run over many things: how many there were, and the results. */
import { plural } from './enumerate.ts';

/** `60 namespaces: 3 created, 1 updated, 55 unchanged, 1 failed`, in the order of `counts`, without those of zero. */
export function summaryLine(total: number, noun: string, counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
  return [plural(total, noun), ...(parts.length === 0 ? [] : [parts.join(', ')])].join(': ');
}
