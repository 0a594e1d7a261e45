/** What registries and token servers answer, checked; zod lives here. */
import * as z from 'zod/mini';

/** A token goes into a header line. */
const Token = z.catch(z.optional(z.string().check(z.regex(/^[\x21-\x7e]+$/))), undefined);
/** distribution docs/content/spec/auth/token.md calls it `token`, oauth.md `access_token`; either may be empty. */
const TokenAnswer = z.object({ token: Token, access_token: Token });
/** distribution docs/content/spec/api.md, "Errors". */
const ErrorAnswer = z.object({ errors: z.array(z.object({ code: z.catch(z.string(), '') })) });

/** The token in an answer, undefined when there is none that could be sent. */
export function tokenIn(body: Uint8Array): string | undefined {
  const answer = TokenAnswer.safeParse(json(body));
  return answer.success ? (answer.data.token ?? answer.data.access_token) : undefined;
}

/** The codes of the errors in an answer, none when it has another form. */
export function errorCodes(body: Uint8Array): string[] {
  const answer = ErrorAnswer.safeParse(json(body));
  return answer.success ? answer.data.errors.map(({ code }) => code) : [];
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
