import { z } from 'zod';
import { findIdentityProvider, listedProviders, type IdentityProvider } from '../../db/access/identityProviderStore.js';
import { ALL } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import type { RouteDeps } from '../deps.js';
import { beginSignIn, finishSignIn, noAttemptCookie } from '../openId/signIn.js';
import { emptyReply, reply, route } from '../route.js';
import { ownPath, providerCode, waysIn } from '../schemas/identityProviders.js';
import { sessionCookie } from '../session.js';

const tags = ['Sign-in'] as const;
const byProvider = z.strictObject({ provider: providerCode });

async function requireProvider({ db }: RouteDeps, code: string): Promise<IdentityProvider> {
  const found = await db.transaction(ALL, (trx) => findIdentityProvider(trx, code));
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such identity provider.');
  return found;
}

/** Sign-in through identity providers: OpenID Connect, authorization code with PKCE. */
export const openIdSignInRoutes = [
  route({
    method: 'get',
    path: '/v1/sign-in/providers',
    summary: 'The ways to sign in that everybody is shown',
    tags,
    action: 'public',
    responses: { 200: { description: 'Identity providers, and whether passwords are taken', schema: waysIn } },
    handler: async ({ deps }) => {
      const items = await deps.db.transaction(ALL, listedProviders);
      return reply(200, { localLogin: deps.localLogin, items });
    },
  }),
  route({
    method: 'get',
    path: '/v1/sign-in/{provider}',
    summary: 'Sign in through an identity provider: for a browser, which is sent there',
    tags,
    action: 'public',
    guessable: true,
    showsSecret: true,
    leadsBrowsers: true,
    params: byProvider,
    query: z.strictObject({ to: ownPath.optional() }),
    responses: { 303: { description: 'To the provider, with a cookie that only the way back needs' } },
    handler: async ({ deps, params, query: { to = '/' }, receivedAt: at }) => {
      const provider = await requireProvider(deps, params.provider);
      const { location, cookie } = await beginSignIn(deps, provider, to, at);
      return emptyReply(303, { Location: location, 'Set-Cookie': cookie });
    },
  }),
  route({
    method: 'get',
    path: '/v1/sign-in/{provider}/callback',
    summary: 'Where the provider sends the browser back to: opens a session',
    description:
      'The session acts for the company for which the provider vouches, and for no other. What does not fit is answered ' +
      'SIGN_IN_REFUSED, whatever it is; FORBIDDEN where the person is known and nothing gives her access. ' +
      'A browser is shown a page.',
    tags,
    action: 'public',
    guessable: true,
    showsSecret: true,
    leadsBrowsers: true,
    params: byProvider,
    // Providers add parameters of their own, which are not looked at.
    query: z.object({ state: z.string().max(1_000).optional() }),
    responses: { 303: { description: 'To where the person wanted to go, with the session’s cookie' } },
    handler: async ({ deps, params, req, receivedAt: at }) => {
      const provider = await requireProvider(deps, params.provider);
      const { secret, returnTo } = await finishSignIn(deps, { req, provider, at });
      const session = sessionCookie(deps.publicUrl, secret)['Set-Cookie'] ?? '';
      return emptyReply(303, {
        Location: `${deps.publicUrl}${returnTo}`,
        'Set-Cookie': [session, noAttemptCookie(deps.publicUrl)],
      });
    },
  }),
];
