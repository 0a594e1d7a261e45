/** Pods and templates with what becomes of their images, and what is to be asked to know more. */
import type { Finding } from './finding.ts';
import { type Judgement, judge } from './judgement.ts';
import type { Puller, PullFacts } from './pull-facts.ts';
import { notesOn } from './puller-notes.ts';
import { type Question, questionKey } from './question.ts';

export interface PullerReport {
  readonly puller: Puller;
  /** One for each image. */
  readonly judgements: readonly Judgement[];
  readonly notes: readonly Finding[];
}

export function reportOn(puller: Puller, facts: PullFacts): PullerReport {
  const judgements = puller.images.map((use) => judge(puller, use, facts));
  return { puller, judgements, notes: notesOn(puller, judgements, facts) };
}

/** What is worth asking registries now; once it is answered there may be more. Each question once. */
export function openQuestions(pullers: readonly Puller[], facts: PullFacts): Question[] {
  if (!facts.online) return [];
  const open = pullers.flatMap((puller) => puller.images.flatMap((use) => judge(puller, use, facts).open));
  return [...new Map(open.map((question) => [questionKey(question), question])).values()];
}
