import { may } from '../../domain/access/may.js';
import { senderOf } from '../principal.js';
import { reply, route } from '../route.js';
import { me } from '../schemas/me.js';

export const meRoutes = [
  route({
    method: 'get',
    path: '/v1/me',
    summary: 'Who you are, for which company and in which view you act, and what you may do',
    tags: ['Access'],
    action: 'me.read',
    responses: { 200: { description: 'You', schema: me } },
    handler: ({ principal }) => {
      const sender = senderOf(principal);
      const { kind, id, name, companyId, companyName, view, level, tenants } = sender;
      return Promise.resolve(
        reply(200, {
          ...{ kind, id, name, view, level },
          company: { id: companyId, name: companyName },
          tenantIds: tenants === null ? null : [...tenants].sort(),
          actions: [...sender.actions].filter((action) => may(sender, action, {}) === 'yes').sort(),
        }),
      );
    },
  }),
];
