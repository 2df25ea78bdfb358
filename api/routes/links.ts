import { ALL } from '../../db/connect.js';
import { linkShown } from '../../db/readModels/linkShown.js';
import { KontorError } from '../../domain/errors.js';
import { reply, route } from '../route.js';
import { link, linkOf } from '../schemas/links.js';

const tags = ['Sign-in'] as const;

export const linkRoutes = [
  route({
    method: 'post',
    path: '/v1/links/look-up',
    summary: 'What the link of a mail is for, and whether it is good: nothing is used up',
    description: 'LINK_INVALID for what is no link, and for one that a later mail replaced.',
    tags,
    action: 'public',
    guessable: true,
    showsSecret: true,
    body: linkOf,
    responses: { 200: { description: 'The link', schema: link } },
    handler: async ({ deps, body, receivedAt }) => {
      const found = await deps.db.transaction(ALL, (trx) => linkShown(trx, body.link, receivedAt));
      if (found === undefined)
        throw new KontorError('LINK_INVALID', 'This is no link of a mail, or a later one replaced it.');
      const { kind, state, email, companyName, purpose, waiting, hasPassword } = found;
      if (state !== 'good') {
        const nothing = { email: null, companyName: null, purpose: null, waiting: null, choosesPassword: false };
        return reply(200, { kind, state, ...nothing });
      }
      const choosesPassword = deps.localLogin && (kind === 'reset' || (kind === 'invitation' && !hasPassword));
      return reply(200, { kind, state, email, companyName, purpose, waiting, choosesPassword });
    },
  }),
];
