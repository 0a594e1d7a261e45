/** Programs that imitate well-known registries, as far as their answers differ. */
import { BASIC, basicProgram, bearer, program, type RegistryProgram, SCOPE } from './registry-program.ts';

const scoped = (realm: string): readonly string[] => [bearer(realm, `,service="registry",scope="${SCOPE}"`)];

/** The programs with their names. With `tls` the token server has another host. */
export const MANNERS: readonly (readonly [name: string, program: RegistryProgram])[] = [
  [
    'Docker Hub: tokens from another host, anonymous ones for everybody, POST and GET',
    program({
      manifest: { challenge: scoped('AUTH/token') },
      tokens: { wrong: 401, anonymous: 'token', kind: 'opaque', form: 'both' },
      tls: true,
    }),
  ],
  [
    'GHCR: an example of a scope at /v2/, no POST, 403 for a wrong login and for no access',
    program({
      v2: { challenge: [bearer('SELF/token', ',service="registry",scope="repository:user/image:pull"')] },
      manifest: { challenge: scoped('SELF/token') },
      tokens: { post: 405, wrong: 403, strict: true, kind: 'opaque', form: 'token' },
    }),
  ],
  [
    'ECR: Basic, 403 for a login that has ended and for no access',
    basicProgram({ v2: { wrong: 403 }, manifest: { wrong: 403 } }),
  ],
  [
    'GAR: no POST, no anonymous tokens, 403 for no access',
    program({
      v2: { challenge: [bearer('SELF/token')] },
      manifest: { challenge: scoped('SELF/token'), wrong: 403 },
      tokens: { post: 404, wrong: 401, anonymous: 401, kind: 'opaque', form: 'token' },
    }),
  ],
  [
    'ACR: 400 to POST, no anonymous tokens, only access_token',
    program({
      v2: { challenge: [bearer('SELF/token')] },
      manifest: { challenge: scoped('SELF/token') },
      tokens: { post: 400, wrong: 401, strict: true, anonymous: 401, kind: 'opaque', form: 'access_token' },
    }),
  ],
  [
    'Quay: no POST, tokens for everybody',
    program({ manifest: { challenge: scoped('AUTH/token') }, tokens: { post: 405, kind: 'jwt', form: 'token' } }),
  ],
  [
    'Harbor: no POST, Basic is taken, too',
    program({
      v2: { challenge: [bearer('SELF/token')], basic: true },
      manifest: { challenge: scoped('SELF/token'), basic: true },
      tokens: { post: 404, kind: 'jwt', form: 'both' },
    }),
  ],
  [
    'GitLab: tokens from another host, no POST, 403 for no access',
    program({
      manifest: { challenge: scoped('AUTH/token') },
      tokens: { post: 404, wrong: 401, strict: true, anonymous: 'token', kind: 'jwt', form: 'token' },
      tls: true,
    }),
  ],
  [
    'Gitea: no POST, tokens for everybody',
    program({
      v2: { challenge: [bearer('SELF/token', ',service="registry",scope="*"'), BASIC], basic: true },
      manifest: { challenge: [bearer('SELF/token', ',service="registry",scope="*"'), BASIC], basic: true },
      tokens: { post: 405, kind: 'opaque', form: 'token' },
    }),
  ],
  [
    'Artifactory: 401 to POST and to everybody without a login',
    program({
      manifest: { challenge: scoped('SELF/token'), basic: true },
      tokens: { post: 401, wrong: 401, strict: true, anonymous: 401, kind: 'opaque', form: 'both' },
    }),
  ],
  ['Nexus: Basic', basicProgram({ v2: { challenge: ['BASIC realm="Sonatype Nexus Repository Manager"'] } })],
  [
    'Nexus with the realm of tokens: no POST, no digest',
    program({
      manifest: { challenge: scoped('SELF/token') },
      tokens: { post: 404, anonymous: 401, kind: 'opaque', form: 'token' },
      digest: 'none',
    }),
  ],
];
