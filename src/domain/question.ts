/** What registries are asked about: a login, or an image with a login or without one. */
import { type ImageReference, imageName } from './image.ts';

export interface Question {
  /** The registry is taken from it. */
  readonly server: string;
  /** Undefined: without a login. */
  readonly login: { readonly username: string; readonly password: string } | undefined;
  /** Left out: only whether the login is good. */
  readonly image?: ImageReference;
}

/** One text for each question. It holds the password, so it is only for maps. */
export function questionKey({ server, login, image }: Question): string {
  return JSON.stringify([server, login?.username, login?.password, image]);
}

/** The registry in the key of a question. */
export function keyServer(key: string): string {
  return `${(JSON.parse(key) as unknown[])[0]}`;
}

/** The question for `image`, with a login or without one. */
export function imageQuestion(image: ImageReference, login: Question['login']): Question {
  const server = imageName(image).split('/', 1)[0] ?? '';
  return { server, login, image };
}
