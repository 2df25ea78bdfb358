import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { appendAudits } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { requireProductEnabled } from '../db/programmes/enabledProducts.js';
import { requireUnopened } from '../db/programmes/periods.js';
import { requireTakesPart } from '../db/programmes/requireTakesPart.js';
import { programmeOfMsp } from '../db/readModels/programmeOf.js';
import { addAssignments, type Wanted } from '../db/sites/assignmentStore.js';
import { insertKeys } from '../db/sites/meteredKeyStore.js';
import { insertSites, nameTaken } from '../db/sites/siteStore.js';
import type { Actor } from '../domain/access/actor.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { groupBy } from '../domain/groupBy.js';
import { addDays } from '../domain/instant.js';
import { periodOf, type Period } from '../domain/period.js';
import { newKey } from './newKey.js';
import type { siteInput, siteMade, siteTenants } from './schemas/sites.js';

/** A site as it is asked for, the id it gets, and where in the request it stands: a JSON pointer, empty for all of it. */
export type AskedSite = z.output<typeof siteInput> & { siteId: string; pointer: string };

type PlannedSite = AskedSite & { fromPeriod: Period; remindAt: Date[] };

interface Adding {
  mspId: string;
  actor: Actor;
  at: Date;
}

type Tenants = Pick<z.output<typeof siteTenants>, 'tenantRefs' | 'assignments'>;

/** What a site's references are to stand for. Throws VALIDATION_FAILED where one is to stand for two. */
export function wantedOf({ tenantRefs, assignments }: Tenants, pointer = ''): Wanted[] {
  const wanted = [...tenantRefs.map((ref) => ({ reference: ref, tenantRef: ref })), ...assignments];
  if (new Set(wanted.map(({ reference }) => reference)).size === wanted.length) return wanted;
  throw fieldError('VALIDATION_FAILED', `${pointer}/assignments`, 'A reference stands for one tenant or unit.');
}

/** Throws VALIDATION_FAILED for what is no open tenant or unit; none of `unknown`: nothing is wrong. */
export function requireKnown(unknown: readonly { tenantRef: string; of: Tenants; pointer?: string }[]): void {
  if (unknown.length === 0) return;
  throw new KontorError(
    'VALIDATION_FAILED',
    'Add these tenants first.',
    unknown.map(({ tenantRef, of, pointer = '' }) => ({
      field: `${pointer}${of.tenantRefs.includes(tenantRef) ? '/tenantRefs' : '/assignments'}`,
      code: 'UNKNOWN_TENANT',
      message: `"${tenantRef}" is no tenant of this MSP, or is closed.`,
    })),
  );
}

/**
 * The sites of one programme with what the programme says: their first month, and when the MSP is reminded of them. Throws
 * NOT_FOUND, STATE_CONFLICT (no part in it, a product that needs an order), PERIOD_INVALID and PERIOD_OPENED.
 */
async function planned(trx: Trx, { mspId, at }: Adding, sites: readonly AskedSite[]): Promise<PlannedSite[]> {
  const programme = sites[0]?.programme ?? '';
  const found = await programmeOfMsp(trx, programme, mspId);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
  const thisMonth = periodOf(at, found.programmeZone);
  const { joinedPeriod } = await requireTakesPart(trx, programme, mspId);
  for (const [product, [first]] of groupBy(sites, (site) => site.product)) {
    await requireProductEnabled(trx, { mspId, programme, product }, `${first?.pointer ?? ''}/product`);
  }
  const joins = joinedPeriod ?? thisMonth;
  const remindAt = found.settings.provisioning.remindAfterDays.map((days) => addDays(at, days));
  const plan = sites.map((site) => ({
    ...site,
    fromPeriod: site.fromPeriod ?? (joins > thisMonth ? joins : thisMonth),
    remindAt,
  }));
  for (const { fromPeriod, pointer } of plan) {
    if (fromPeriod >= joins) continue;
    const message = `This MSP takes part in the programme from ${joins} on.`;
    throw fieldError('PERIOD_INVALID', `${pointer}/fromPeriod`, message);
  }
  // Where the earliest month may be named, so may the others.
  const [earliest] = [...plan].sort((a, b) => (a.fromPeriod < b.fromPeriod ? -1 : 1));
  if (earliest !== undefined) {
    await requireUnopened(trx, programme, earliest.fromPeriod, `${earliest.pointer}/fromPeriod`);
  }
  return plan;
}

/**
 * Adds sites of an MSP, each with a key of its own and what its references stand for, all or none (roll back when it
 * throws), in as many statements for many as for one. Returns them in their order with their keys, which are told here alone.
 * Throws what `planned` throws, NAME_TAKEN, and VALIDATION_FAILED for tenants that the MSP has not got.
 */
export async function addSites(
  trx: Trx,
  adding: Adding,
  asked: readonly AskedSite[],
): Promise<z.output<typeof siteMade>[]> {
  const { mspId, actor, at } = adding;
  const plan: PlannedSite[] = [];
  for (const sites of groupBy(asked, ({ programme }) => programme).values()) {
    plan.push(...(await planned(trx, adding, sites)));
  }
  const byId = new Map(plan.map((site) => [site.siteId, site]));
  const outcomes = await insertSites(
    trx,
    mspId,
    plan.map((site) => ({ ...site, at })),
  );
  if (outcomes.includes('refused')) throw new KontorError('NOT_FOUND', 'There is no approved MSP of that id.');
  const taken = plan.filter((_, index) => outcomes[index] === 'taken');
  const [first] = taken;
  if (first !== undefined) {
    const errors = taken.map(({ name, pointer }) => nameTaken(name, `${pointer}/name`));
    throw new KontorError(
      'NAME_TAKEN',
      nameTaken(first.name, '').message,
      errors.flatMap(({ fields }) => fields),
    );
  }
  const keys = new Map(plan.map(({ siteId }) => [siteId, { keyId: randomUUID(), ...newKey() }]));
  await insertKeys(
    trx,
    [...keys].map(([siteId, { keyId, keyHash }]) => ({
      ...{ mspId, siteId, keyId, keyHash, at },
      ...({ kind: 'metered', state: 'issued' } as const),
    })),
  );
  const unknown = await addAssignments(
    trx,
    mspId,
    plan.flatMap((site) =>
      wantedOf(site, site.pointer).map((one) => ({ ...one, siteId: site.siteId, from: site.fromPeriod })),
    ),
  );
  requireKnown(
    unknown.flatMap(({ siteId, tenantRef }) => {
      const of = byId.get(siteId);
      return of === undefined ? [] : [{ tenantRef, of, pointer: of.pointer }];
    }),
  );
  appendAudits(
    trx,
    plan.map(({ siteId, pointer: _pointer, remindAt: _remindAt, ...after }) => ({
      ...{ at, actor, mspId, action: 'site.added', subject: `site:${siteId}` },
      after: { ...after, keyId: keys.get(siteId)?.keyId },
    })),
  );
  return asked.flatMap(({ siteId }) => {
    const made = keys.get(siteId);
    return made === undefined ? [] : [{ siteId, keyId: made.keyId, key: made.key }];
  });
}
