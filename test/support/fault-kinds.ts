/** A table of every way in which a request and its answer can fail. */
import type { Fault } from './fault-proxy.ts';
import type { Step } from './step-proxy.ts';

export interface FaultKind {
  readonly title: string;
  readonly fault: Fault;
  /** Whether the fault also hits every retry. */
  readonly always: boolean;
  /** The fault for every other request from then on. */
  readonly afterwards?: Fault;
  /** Whether only a time-out ends the request. */
  readonly hangs: boolean;
}

const REASONS: Record<number, string> = {
  401: 'Unauthorized',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function statusOf(code: number): Fault {
  const reason = REASONS[code] ?? '';
  const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: `made up: ${reason}`, code };
  return { status: code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function htmlOf(status: number): Fault {
  return { status, headers: { 'content-type': 'text/html' }, body: '<html>a proxy</html>' };
}

const ANSWERS: [string, Fault][] = [
  ...[200, 403, 502].map((code): [string, Fault] => [`HTML ${code}`, htmlOf(code)]),
  ['302', { status: 302, headers: { location: 'https://login.example/' } }],
  ['nothing with 200', { status: 200 }],
  ...Object.keys(REASONS).map((code): [string, Fault] => [code, statusOf(Number(code))]),
];

function kindsOf(title: string, fault: Fault, hangs = false): FaultKind[] {
  return [
    { title: `${title}, once`, fault, always: false, hangs },
    { title: `${title}, always`, fault, always: true, hangs },
  ];
}

const isWorthOnce = (title: string): boolean => title === '429' || title === '503';

/** "before" means that the API server never saw the request, "after" that it has executed it. */
export const FAULT_KINDS: readonly FaultKind[] = [
  ...kindsOf('reset before', 'reset'),
  ...kindsOf('reset after', 'reset-after'),
  ...kindsOf('cut in half after', 'truncate'),
  ...kindsOf('no answer before', 'hang', true).slice(1),
  ...kindsOf('no answer after', 'hang-after', true).slice(1),
  ...ANSWERS.flatMap(([title, fault]) => {
    const after = { ...(fault as object), after: true } as Fault;
    const kinds = [...kindsOf(`${title} before`, fault), ...kindsOf(`${title} after`, after)];
    return isWorthOnce(title) ? kinds : kinds.filter(({ always }) => always);
  }),
  ...outages(),
];

/** Faults in which the API server executes the request and then no further request gets through. */
function outages(): FaultKind[] {
  const unknown: [string, Fault, Fault][] = [
    ['reset', 'reset-after', 'reset'],
    ['no answer', 'hang-after', 'hang'],
    ...[htmlOf(200), htmlOf(403), statusOf(401), statusOf(503)].map((fault): [string, Fault, Fault] => {
      const answer = fault as { status: number };
      return [`${answer.status}`, { ...answer, after: true }, fault];
    }),
  ];
  return unknown.map(([title, fault, afterwards]) => {
    return { title: `${title} from then on`, fault, afterwards, always: true, hangs: title === 'no answer' };
  });
}

/** Returns the fault for each request: `fault` for those that are meant, and `afterwards` for everything after the first. */
export function faultOf(
  { fault, afterwards }: Pick<FaultKind, 'fault' | 'afterwards'>,
  isMeant: (step: Step) => boolean,
) {
  let begun = false;
  return (step: Step): Fault | undefined => {
    const meant = isMeant(step);
    if (begun && afterwards !== undefined) return afterwards;
    begun ||= meant;
    return meant ? fault : undefined;
  };
}
