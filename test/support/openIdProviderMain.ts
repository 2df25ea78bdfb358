/**
 * A real OpenID provider as a process of its own. It is told where to listen and for which client, makes keys of its own
 * with every start, and learns over IPC who its people are; one signs in with the name alone.
 */
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import type { OpenIdSetting, Person } from './openIdProvider.js';

const { port, client, tokenTells } = JSON.parse(process.argv[2] ?? '') as OpenIdSetting;
const people = new Map<string, Person>();

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const kid = `key-${Date.now()}`;
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: client.id,
      ...(client.secret === null
        ? { token_endpoint_auth_method: 'none' }
        : { client_secret: client.secret, token_endpoint_auth_method: client.authMethod ?? 'client_secret_basic' }),
      redirect_uris: client.redirectUris,
    },
  ],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }] },
  cookies: { keys: ['of the tests alone'] },
  claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
  // As the specification has it, claims of scopes come with the answer about the person; many providers put them into the token.
  conformIdTokenClaims: !tokenTells,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people.get(sub) }) }),
});

process.on('message', ({ sub, ...person }: { sub: string } & Person) => {
  people.set(sub, person);
  process.send?.({ known: sub });
});
process.once('disconnect', () => {
  process.exit(0);
});
provider.listen(port, '127.0.0.1', () => {
  process.send?.({ listening: port });
});
