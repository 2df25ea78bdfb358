import { z } from 'zod';
import { instant, text, uuid } from './common.js';
import { systemLevel } from './tokens.js';

/** Of a provider: part of its addresses. `providers` is the list of them. */
export const providerCode = z
  .string()
  .regex(/^(?!providers$)[a-z0-9][a-z0-9-]{0,39}$/, 'Lower-case letters, digits and hyphens')
  .meta({ example: 'example-id' });

const issuer = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .meta({ description: 'As its discovery document names it; it never changes', example: 'https://id.msp.example' });
const printable = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/, 'Printable ASCII without blanks');
const clientSecret = printable(1_000).nullable().meta({ description: 'Never answered. Null: a public client' });
const scopes = z
  .array(printable(100))
  .min(1)
  .max(20)
  .refine((all) => all.includes('openid'), '`openid` is one of them');
const levelClaim = text(200).nullable().meta({ description: 'The claim whose values give a level, such as `groups`' });
const domain = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/, 'A domain in lower case')
  .meta({ example: 'msp.example' });
const mailDomains = z
  .array(domain)
  .max(50)
  .meta({ description: 'Of addresses by which it may say who somebody is; the partner team alone sets them' });
const listed = z.boolean().meta({ description: 'Shown to everybody who signs in; the partner team alone sets it' });

const mapping = z
  .strictObject({
    value: text(200),
    level: systemLevel.optional(),
    accessLevelId: uuid.optional().meta({ description: 'A level of the company’s own, instead of `level`' }),
    tenantIds: z.array(uuid).min(1).max(500).optional(),
    withBelow: z.boolean().default(false),
  })
  .refine(({ level, accessLevelId: own }) => (level === undefined) !== (own === undefined), {
    path: ['level'],
    message: 'Give either `level` or `accessLevelId`.',
  });
const levels = z
  .array(mapping)
  .max(100)
  .meta({ description: 'What a value of the claim gives; the first that fits counts' });

export const newIdentityProvider = z
  .strictObject({
    companyId: uuid.optional().meta({ description: 'Your own company unless given; the partner team names any' }),
    code: providerCode,
    name: text(80),
    issuer,
    clientId: printable(500),
    clientSecret: clientSecret.default(null),
    scopes: scopes.default(['openid', 'email', 'profile']),
    levelClaim: levelClaim.default(null),
    levels: levels.default([]),
    makesPeople: z.boolean().default(false).meta({ description: 'Who was not invited is made a person' }),
    mailDomains: mailDomains.default([]),
    listed: listed.default(false),
  })
  .meta({ id: 'NewIdentityProvider' });

export const identityProviderChange = z
  .strictObject({
    name: text(80).optional(),
    clientId: printable(500).optional(),
    clientSecret: clientSecret.optional(),
    scopes: scopes.optional(),
    levelClaim: levelClaim.optional(),
    levels: levels.optional(),
    makesPeople: z.boolean().optional(),
    mailDomains: mailDomains.optional(),
    listed: listed.optional(),
  })
  .meta({ id: 'IdentityProviderChange' });

export const identityProvider = z
  .strictObject({
    id: uuid,
    companyId: uuid,
    code: z.string(),
    name: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    hasClientSecret: z.boolean(),
    redirectUri: z.string().meta({ description: 'To be registered with the provider' }),
    scopes: z.array(z.string()),
    levelClaim: z.string().nullable(),
    levels: z.array(
      z.strictObject({
        value: z.string(),
        level: systemLevel.nullable(),
        accessLevelId: uuid.nullable(),
        tenantIds: z.array(uuid).nullable(),
        withBelow: z.boolean(),
      }),
    ),
    makesPeople: z.boolean(),
    mailDomains: z.array(z.string()),
    listed: z.boolean(),
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'IdentityProvider' });

export const waysIn = z
  .strictObject({
    localLogin: z.boolean().meta({ description: 'Whether one may sign in with a password' }),
    items: z.array(z.strictObject({ code: z.string(), name: z.string() })),
  })
  .meta({ id: 'WaysIn' });

/** A path of ours: nothing that a browser could take for another host. */
export const ownPath = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'A path that begins with one slash')
  .meta({ description: 'Where to go afterwards, on this host', example: '/console/' });

export const ownIdentity = z
  .strictObject({
    id: uuid,
    companyName: z.string(),
    provider: z.strictObject({ code: z.string(), name: z.string() }),
    linkedAt: instant,
    lastUsedAt: instant,
  })
  .meta({ id: 'OwnIdentity' });
