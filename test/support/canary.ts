/** A password that tests use to detect leaks: it must never appear in output. */

export const CANARY = 'canary-7f3a9c51e2';

/** Whether `text` holds the canary, plain, percent-encoded, or inside base64 at any alignment. */
export function holdsCanary(text: string): boolean {
  return FORMS.some((form) => text.includes(form));
}

const FORMS = [CANARY, encodeURIComponent(CANARY), ...[0, 1, 2].map(base64At)];

/** The base64 digits of the canary that do not depend on what stands around it, when it begins at `offset` modulo 3. */
function base64At(offset: number): string {
  const digits = Buffer.from('x'.repeat(offset) + CANARY).toString('base64');
  const last = Math.floor(((offset + CANARY.length) * 8) / 6 / 4) * 4;
  return digits.slice(Math.ceil((offset * 8) / 6), last);
}
