import { createHash } from 'node:crypto';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  type ClientAuth,
  type Configuration,
} from 'openid-client';
import { KontorError } from '../../domain/errors.js';
import { mailAddress } from '../../domain/mailAddress.js';
import { askWithin } from './ask.js';
import { isSecure, type Reach } from './reach.js';

/** What is needed to ask a provider. */
export interface OpenIdProvider {
  issuer: string;
  clientId: string;
  /** Null: a public client. */
  clientSecret: string | null;
  scopes: readonly string[];
  /** The claim whose values are asked for; null: none. */
  levelClaim: string | null;
}

/** Who a provider says that somebody is. */
export interface Claims {
  subject: string;
  /** In lower case, and only where the provider has verified it. */
  email: string | null;
  name: string | null;
  /** Of the claim that gives levels. */
  values: string[];
}

/** One sign-in of one browser: both sides of it need nothing but these, and only the browser keeps the secret. */
export interface Attempt {
  /** Where the provider sends the browser back to: an address for each provider. */
  redirectUri: string;
  state: string;
  browserSecret: string;
}

export interface RelyingParty {
  /** Where the browser goes. Throws IDENTITY_PROVIDER_UNAVAILABLE. */
  begin(provider: OpenIdProvider, reach: Reach, attempt: Attempt): Promise<URL>;
  /**
   * Who came back, by the parameters of the address she came back to. Throws IDENTITY_PROVIDER_UNAVAILABLE, and
   * SIGN_IN_REFUSED, its cause being why, for everything that does not fit.
   */
  finish(provider: OpenIdProvider, reach: Reach, attempt: Attempt, parameters: URLSearchParams): Promise<Claims>;
}

/** Discovery and keys are asked for anew after that long: a provider that rotates its keys shows both for a while. */
const KNOWN_FOR_MS = 5 * 60_000;
const KNOWN_AT_MOST = 200;

function derived(attempt: Attempt, use: 'nonce' | 'verifier'): string {
  return createHash('sha256').update(`${use}:${attempt.browserSecret}`).digest('base64url');
}

/** As the provider takes it; where it does not say, in a header. */
function clientAuth(secret: string | null): ClientAuth {
  if (secret === null) return None();
  const [header, form] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    (taken.includes('client_secret_basic') ? header : form)(server, ...rest);
  };
}

function unavailable(cause: unknown): KontorError {
  const message = 'The identity provider does not answer as it should: try again later.';
  return new KontorError('IDENTITY_PROVIDER_UNAVAILABLE', message, [], { cause });
}

/** The failure of a question, wherever the library wrapped it. */
function kontorErrorIn(thrown: unknown): KontorError | undefined {
  for (let cause = thrown; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof KontorError) return cause;
  }
  return undefined;
}

async function discover(provider: OpenIdProvider, reach: Reach): Promise<Configuration> {
  try {
    const issuer = new URL(provider.issuer);
    if (!isSecure(reach, issuer)) throw new Error(`${issuer.origin} is not asked`);
    const configuration = await discovery(issuer, provider.clientId, {}, clientAuth(provider.clientSecret), {
      [customFetch]: askWithin(reach),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- on this host alone, for trials; askWithin says where
      execute: [enableNonRepudiationChecks, ...(reach === 'loopback' ? [allowInsecureRequests] : [])],
    });
    const { issuer: said, authorization_endpoint: door } = configuration.serverMetadata();
    // The library lets an issuer through that stands for many tenants of one maker: anybody's tenant could vouch then.
    if (said !== provider.issuer) throw new Error(`${provider.issuer} says that it is ${said}`);
    if (door === undefined || !isSecure(reach, new URL(door))) throw new Error('it has no address to sign in at');
    return configuration;
  } catch (cause) {
    throw kontorErrorIn(cause) ?? unavailable(cause);
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string');
}

type Told = Readonly<Record<string, unknown>>;

/** Null for what is no mail address as well, whatever its provider says. */
function verifiedEmail({ email, email_verified: verified }: Told): string | null {
  const told = mailAddress.safeParse(email);
  return verified === true && told.success ? told.data.toLowerCase() : null;
}

/** What the ID token says, and for what it does not say the provider's answer about the person. */
function claimsOf(subject: string, token: Told, person: Told, levelClaim: string | null): Claims {
  const saying = (claim: string) => (token[claim] === undefined ? person : token);
  return {
    subject,
    // Address and whether it is verified are told by the same.
    email: verifiedEmail(saying('email')),
    name: text(saying('name').name),
    values: levelClaim === null ? [] : texts(saying(levelClaim)[levelClaim]),
  };
}

/** The one place that speaks OpenID Connect. What it learns of providers it keeps for minutes, in this process. */
export function createRelyingParty(): RelyingParty {
  const known = new Map<string, { configuration: Promise<Configuration>; until: number }>();

  const configurationOf = (provider: OpenIdProvider, reach: Reach): [string, Promise<Configuration>] => {
    const key = JSON.stringify([provider.issuer, provider.clientId, provider.clientSecret, reach]);
    const found = known.get(key);
    if (found !== undefined && found.until > performance.now()) return [key, found.configuration];
    known.delete(key);
    const [oldest] = known.keys();
    if (known.size >= KNOWN_AT_MOST && oldest !== undefined) known.delete(oldest);
    const configuration = discover(provider, reach);
    known.set(key, { configuration, until: performance.now() + KNOWN_FOR_MS });
    configuration.catch(() => {
      known.delete(key);
    });
    return [key, configuration];
  };

  return {
    begin: async (provider, reach, attempt) => {
      const [, configuration] = configurationOf(provider, reach);
      return buildAuthorizationUrl(await configuration, {
        redirect_uri: attempt.redirectUri,
        scope: provider.scopes.join(' '),
        state: attempt.state,
        nonce: derived(attempt, 'nonce'),
        code_challenge: await calculatePKCECodeChallenge(derived(attempt, 'verifier')),
        code_challenge_method: 'S256',
      });
    },
    finish: async (provider, reach, attempt, parameters) => {
      const [key, found] = configurationOf(provider, reach);
      const configuration = await found;
      const address = new URL(attempt.redirectUri);
      address.search = parameters.toString();
      try {
        const tokens = await authorizationCodeGrant(configuration, address, {
          expectedState: attempt.state,
          expectedNonce: derived(attempt, 'nonce'),
          pkceCodeVerifier: derived(attempt, 'verifier'),
          idTokenExpected: true,
        });
        const token = tokens.claims();
        if (token === undefined) throw new Error('there is no ID token');
        const { levelClaim } = provider;
        const told = token.email !== undefined && (levelClaim === null || token[levelClaim] !== undefined);
        const asks = !told && configuration.serverMetadata().userinfo_endpoint !== undefined;
        const person = asks ? await fetchUserInfo(configuration, tokens.access_token, token.sub) : {};
        return claimsOf(token.sub, token, person, levelClaim);
      } catch (cause) {
        // Its keys may be others now: the next sign-in asks.
        known.delete(key);
        const refused = () =>
          new KontorError('SIGN_IN_REFUSED', 'This sign-in was refused: begin it again.', [], { cause });
        throw kontorErrorIn(cause) ?? refused();
      }
    },
  };
}
