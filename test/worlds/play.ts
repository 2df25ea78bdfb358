/**
 * Plays a world by the close's own steps over a database: one MSP whose usage comes as the world says, and its twin, of whom
 * the same is known in time. Both are closed by the same runs.
 */
import { randomUUID } from 'node:crypto';
import { openCasesAfterLast } from '../../activities/closing/casesAfterLast.js';
import { settle } from '../../activities/corrections/settle.js';
import { askForCorrection } from '../../api/corrections/askForCorrection.js';
import { correctionInput } from '../../api/schemas/corrections.js';
import { insertPerson } from '../../db/access/personStore.js';
import { ALL, rows, type Database } from '../../db/connect.js';
import { insertRates } from '../../db/prices/publishedRates.js';
import { beginSuspension, endSuspension } from '../../db/programmes/suspensionStore.js';
import { activateInstallation, replaceInstallation, retireInstallations } from '../../db/sites/installationStore.js';
import { endKey, insertKey, moveInstallations } from '../../db/sites/meteredKeyStore.js';
import { TERMINAL, type Actor } from '../../domain/access/actor.js';
import { KontorError } from '../../domain/errors.js';
import { minorToDecimalString } from '../../domain/money.js';
import type { Statement, StatementLine, UsageLine } from '../../domain/statement.js';
import { usageKey } from '../../domain/usage.js';
import { verifyAll, type Verdict } from '../../verify/index.js';
import { monthFixture } from '../support/month.js';
import {
  chronicleOf,
  closedAt,
  cutOff,
  periodIn,
  suspensionOf,
  type Change,
  type SiteChronicle,
  type Told,
} from './chronicle.js';
import type { Decided, SetByHand } from './oracle.js';
import {
  CLOSED,
  MOVED_TO,
  REFERENCES,
  type World,
  type WorldDecision,
  type WorldHand,
  type WorldProgramme,
} from './world.js';

/** The instants at which messages come. */
export type Twin = 'late' | 'inTime';
const TWINS: readonly Twin[] = ['late', 'inTime'];

/** A line that two people corrected. */
export interface Corrected {
  programme: number;
  /** `<month> <site>/<tenant>/<meter>` */
  line: string;
  change: WorldHand['change'];
  /** Minor units of the statement's currency; negative: taken off. */
  amountMinor: bigint;
  /** The last month whose statement was issued by then. */
  after: string;
  /** Of an amount: null. */
  set: SetByHand | null;
}

export interface Played {
  /** By programme and twin, in the order of the months. */
  statements: Record<Twin, Statement[]>[];
  taken: Decided[];
  /** Of the late one: its twin gets none of it. */
  corrected: Corrected[];
  /** What `kontor verify` says of each programme, where it does not hold. */
  broken: Record<string, Verdict>[];
}

/** Decisions that are a quantity of their own: what is known later does not undo them. */
export const STANDING: ReadonlySet<string> = new Set(['accept_reported', 'accept_observed', 'set_quantity', 'waive']);
const VERIFIED = ['I1', 'I2', 'I3', 'I6'] as const;

type Month = ReturnType<typeof monthFixture>;

interface MadeSite {
  chronicle: SiteChronicle;
  place: number;
  twin: Twin;
  made: Awaited<ReturnType<Month['site']>>;
  installations: Map<number, string>;
  keys: Map<number, string>;
}

let worlds = 0;
let distributors = 0;

/** Rates of every month that is closed, the same whatever was played before. */
export async function publishRates(db: Database): Promise<void> {
  const rates = CLOSED.flatMap((period, index) => [
    { source: 'test', base: 'EUR', currency: 'PLN', day: `${period}-28`, rate: `4.25${71 + index}` },
    { source: 'test', base: 'EUR', currency: 'JPY', day: `${period}-28`, rate: `162.${35 + index}` },
  ]);
  await db.transaction(ALL, (trx) => insertRates(trx, rates));
}

async function distributor(month: Month, currency: string): Promise<string> {
  distributors += 1;
  return month.distributor({ code: `D${distributors}`, currency, country: 'DE' });
}

/** A programme with its lists; the distributor of its MSPs. */
async function programme(month: Month, code: string, spec: WorldProgramme): Promise<string> {
  const { reviewsSilence, firstMonthUnits, ...defaults } = spec.rules;
  const kinds = Object.fromEntries<object>(Object.entries(defaults).map(([kind, name]) => [kind, { default: name }]));
  if (reviewsSilence) kinds['missing_report'] = { handling: 'review' };
  const settings = { discrepancies: { kinds, firstMonthUnits } };
  await month.programme({ code, firstPeriod: CLOSED[0], settings });
  const distributorId = await distributor(month, spec.currency);
  const lists = [{ fromPeriod: '2025-01', prices: spec.prices }];
  if (spec.relisted !== null) lists.push({ fromPeriod: spec.relisted.from, prices: spec.relisted.prices });
  const minimumMinor = spec.minimum === null ? null : BigInt(spec.minimum);
  for (const each of lists) {
    const list = { ...each, programme: code, firstMonth: spec.firstMonth };
    await month.pricePlan({ ...list, currency: 'EUR', minimumMinor });
    if (!spec.local) continue;
    const own = minimumMinor === null ? null : minimumMinor / 3n;
    await month.pricePlan({ ...list, currency: spec.currency, distributorId, minimumMinor: own });
  }
  return distributorId;
}

async function moves(month: Month, code: string, mspIds: readonly string[], spec: WorldProgramme): Promise<void> {
  if (spec.moves === null) return;
  const to = await distributor(month, spec.moves.currency);
  for (const mspId of mspIds) {
    await month.run(
      `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       values (:mspId, :code, :from, :to)`,
      { mspId, code, from: spec.moves.from, to },
    );
  }
}

async function makeSite(
  month: Month,
  chronicle: SiteChronicle,
  { mspId, code, twin, place }: { mspId: string; code: string; twin: Twin; place: number },
): Promise<MadeSite> {
  const { spec, name, activatedAt, meters } = chronicle;
  const made = await month.site({
    ...{ mspId, name, programme: code, product: spec.product, installations: 0 },
    ...{ tenants: REFERENCES.slice(0, spec.tenants), activatedAt: activatedAt.toISOString() },
  });
  if (spec.moves !== null && spec.moves.from > chronicle.fromPeriod) {
    const of = { mspId, siteId: made.siteId, from: spec.moves.from };
    await month.run(
      `update site_tenant set until_period = :from where msp_id = :mspId and site_id = :siteId and reference = 'one'`,
      of,
    );
    if (spec.moves.to !== null) {
      await month.run(
        `insert into tenant (msp_id, id, ref, name, state, created_at)
         values (:mspId, :tenantId, :to, :name, 'active', now()) on conflict do nothing`,
        { mspId, tenantId: randomUUID(), to: MOVED_TO, name: `Tenant ${MOVED_TO}` },
      );
      await month.run(
        `insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
         select :mspId, :siteId, 'one', id, :from from tenant where msp_id = :mspId and ref = :to`,
        { ...of, to: MOVED_TO },
      );
    }
  }
  for (const { meter, tenant, ...licence } of spec.licences) {
    const ref = tenant === null ? undefined : REFERENCES[tenant % spec.tenants];
    const of = { ...licence, meter: meters[meter % meters.length] ?? meters[0] ?? 'mail-server.mailbox' };
    await month.licence(made, ref === undefined ? of : { ...of, tenant: ref });
  }
  const keys = new Map([[0, made.keyId]]);
  return { chronicle, place, twin, made, installations: new Map(), keys };
}

async function change(db: Database, site: MadeSite, what: Change): Promise<void> {
  const { made, installations, keys } = site;
  const owner = { mspId: made.mspId, siteId: made.siteId };
  const installationOf = (index: number) => installations.get(index) ?? '';
  const { at } = what;
  await db.transaction(ALL, async (trx) => {
    switch (what.kind) {
      case 'install':
      case 'activate': {
        const installationId = installations.get(what.installation) ?? randomUUID();
        installations.set(what.installation, installationId);
        const keyId = keys.get(what.key) ?? '';
        const activation = {
          keyId,
          installationId,
          enrolledBy: 'key',
          productVersion: '20.0.0',
          activatedAt: at,
        } as const;
        await activateInstallation(trx, { ...owner, ...activation });
        return;
      }
      case 'retire':
        await retireInstallations(trx, { ...owner, installationId: installationOf(what.installation), at });
        return;
      case 'replace': {
        const by = installationOf(what.by);
        const installationId = installationOf(what.installation);
        await replaceInstallation(trx, { ...owner, installationId, by, at, forFree: what.free });
        return;
      }
      case 'revoke': {
        const keyId = keys.get(what.key) ?? '';
        await endKey(trx, owner, { keyId, how: 'revoked', by: what.by, at: what.asOf, notedAt: at, reason: 'Stolen' });
        return;
      }
      case 'newKey': {
        const keyId = randomUUID();
        keys.set(what.key, keyId);
        const old = what.rotates === null ? undefined : keys.get(what.rotates);
        if (old !== undefined)
          await endKey(trx, owner, { keyId: old, how: 'rotated', by: null, at, reason: 'Rotated' });
        const keyHash = Buffer.from(keyId.replaceAll('-', ''), 'hex');
        const state = old === undefined ? 'issued' : 'active';
        await insertKey(trx, owner, { keyId, kind: 'metered', keyHash, at, state });
        if (old !== undefined) {
          await moveInstallations(trx, { mspId: made.mspId, fromKeyId: old, toKeyId: keyId, at });
        }
      }
    }
  });
}

async function send(month: Month, site: MadeSite, told: Told, receivedAt: Date): Promise<void> {
  const installation = site.installations.get(told.installation) ?? '';
  const received = receivedAt.toISOString();
  if (told.kind === 'seen') {
    const [line] = told.lines;
    if (line === undefined) return;
    await month.checkIn(site.made, {
      ...{ ...line, at: told.at.toISOString(), installation, receivedAt: received },
      observedAt: told.observedAt.toISOString(),
      clockOffsetSeconds: (told.observedAt.getTime() - told.at.getTime()) / 1000,
    });
    return;
  }
  await month.report(site.made, {
    ...{ period: told.period, revision: told.revision, installation, receivedAt: received },
    lines: told.lines.map(({ count, ...line }) => ({ ...line, peak: count })),
  });
}

interface Step {
  at: Date;
  do: () => Promise<void>;
}

function stepsOf(db: Database, month: Month, world: World, site: MadeSite): Step[] {
  const { chronicle, twin } = site;
  const spec = world.programmes[chronicle.programme];
  const changes = chronicle.changes.map((what): Step => ({ at: what.at, do: () => change(db, site, what) }));
  const messages = chronicle.told.flatMap((told): Step[] => {
    const period = told.kind === 'seen' ? periodIn(world.zone, told.at) : told.period;
    const isTooLate = spec === undefined || told.receivedAt >= cutOff(period, world.zone, spec);
    if (twin === 'inTime' && isTooLate) return [];
    const at = twin === 'late' ? told.receivedAt : told.inTimeAt;
    return [{ at, do: () => send(month, site, told, at) }];
  });
  return [...changes, ...messages];
}

/** Rule 20, of the late one and its twin alike. */
function suspensionSteps(db: Database, programme: string, mspIds: readonly string[], spec: WorldProgramme): Step[] {
  const suspension = suspensionOf(spec);
  if (suspension === null) return [];
  const step = (at: Date, change: typeof beginSuspension): Step => ({
    at,
    do: () =>
      db.transaction(ALL, async (trx) => {
        for (const mspId of mspIds) await change(trx, { mspId, programme, at });
      }),
  });
  const { from, until } = suspension;
  return [step(from, beginSuspension), ...(until === null ? [] : [step(until, endSuspension)])];
}

interface OpenCase {
  id: string;
  kind: string;
  siteId: string;
  tenantRef: string | null;
  meter: string | null;
}

/** Persons decide the late one's cases as the world says; of the twin they decide the same, whether or not it is a case. */
async function decide(
  month: Month,
  { code, period, programme: index }: { code: string; period: string; programme: number },
  sites: readonly MadeSite[],
  decisions: readonly WorldDecision[],
): Promise<Decided[]> {
  const taken: Decided[] = [];
  const open = await month.run<OpenCase>(
    `select id, kind, site_id as "siteId", tenant_ref as "tenantRef", meter from discrepancy
     where programme_code = :code and period = :period and state = 'open' and handling = 'review' order by kind, tenant_ref, meter`,
    { code, period },
  );
  for (const wish of decisions.filter((one) => one.period === period)) {
    const late = sites.find(({ twin, place }) => twin === 'late' && place === wish.site);
    const inTime = sites.find(({ twin, place }) => twin === 'inTime' && place === wish.site);
    if (late === undefined || inTime === undefined || late.chronicle.programme !== index) continue;
    const { kind, quantity } = wish;
    // Of a whole site no single quantity can be set.
    const isOfSite =
      kind === 'missing_report' && (wish.decision === 'set_quantity' || wish.decision === 'accept_reported');
    const decision = isOfSite ? 'waive' : wish.decision;
    for (const found of open.filter((one) => one.kind === kind && one.siteId === late.made.siteId)) {
      const { tenantRef, meter, id } = found;
      if (
        taken.some(
          (one) => one.kind === kind && one.tenantRef === tenantRef && one.meter === meter && one.site === wish.site,
        )
      )
        continue;
      const settled = { decision, quantity: decision === 'set_quantity' ? quantity : null, at: closedAt(period) };
      await month.run(
        `update discrepancy set state = 'settled', resolved_by = 'person', decision = :decision, decided_quantity = :quantity,
           reason = 'decided', author = '{}', resolved_at = :at where id = :id`,
        { ...settled, id },
      );
      taken.push({ programme: index, site: wish.site, period, kind, tenantRef, meter, decision, quantity });
      if (!STANDING.has(decision)) continue;
      await month.run(
        `insert into discrepancy (programme_code, period, msp_id, kind, handling, site_id, tenant_ref, meter, evidence, state,
           resolved_by, decision, decided_quantity, reason, author, found_at, resolved_at)
         select programme_code, period, :mspId, kind, handling, :siteId, tenant_ref, meter, evidence, state, resolved_by,
           decision, decided_quantity, reason, author, found_at, resolved_at from discrepancy where id = :id
         on conflict (programme_code, period, msp_id, kind, site_id, tenant_ref, meter, evidence_key) do update
         set state = 'settled', resolved_by = 'person', decision = excluded.decision, reason = 'decided', author = '{}',
           decided_quantity = excluded.decided_quantity, resolved_at = excluded.resolved_at`,
        { id, mspId: inTime.made.mspId, siteId: inTime.made.siteId },
      );
    }
  }
  return taken;
}

async function confirmTotals(month: Month, code: string, period: string, now: Date): Promise<void> {
  await month.run(
    `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'confirm', author = '{}', resolved_at = :now
     where programme_code = :code and period = :period and kind = 'total_moved' and state = 'open'`,
    { code, period, now },
  );
  await month.run(
    `update run_participant set state = 'open', parked_code = null, parked_reason = null
     where programme_code = :code and period = :period and state = 'parked' and parked_code = 'total_moved'`,
    { code, period },
  );
}

async function requireIssued(month: Month, code: string, period: string): Promise<void> {
  const parked = await month.run<{ why: string }>(
    `select coalesce(parked_code, state) || ': ' || coalesce(parked_reason, '') as why from run_participant
     where programme_code = :code and period = :period and state <> 'issued'`,
    { code, period },
  );
  if (parked[0] !== undefined) throw new Error(`Not issued in ${period}: ${parked[0].why}`);
}

type People = readonly [Actor, Actor];

async function twoPeople(db: Database): Promise<People> {
  const person = async (name: string): Promise<Actor> => {
    const id = randomUUID();
    const who = { id, name, email: `${id}@people.example`, locale: 'en', zone: 'UTC', state: 'active' } as const;
    await db.transaction(ALL, (trx) => insertPerson(trx, who, { at: new Date('2026-01-01'), by: TERMINAL }));
    return { kind: 'person', id, name };
  };
  return [await person('One'), await person('Two')];
}

const isBilled = (line: StatementLine): line is UsageLine => line.kind === 'usage' && line.amountMinor > 0n;

/** What the newest statement that says anything of a line prints: used, and under licences. */
function printedOf(of: readonly Statement[], { period }: Statement, line: UsageLine): SetByHand['printed'] {
  const corrected = of
    .flatMap(({ lines }) => lines)
    .findLast((one) => one.kind === 'correction' && one.forPeriod === period && usageKey(one) === usageKey(line));
  const { peak, licensed } = corrected?.kind === 'correction' ? corrected : line;
  return { peak, licensed };
}

/** Two people correct a line after a close, where it was billed and as far as that is allowed. */
async function byHand(
  db: Database,
  wish: WorldHand,
  [asks, confirms]: People,
  { of, index, at, sites }: { of: readonly Statement[]; index: number; at: Date; sites: readonly MadeSite[] },
): Promise<Corrected[]> {
  const billed = of.filter(({ lines }) => lines.some(isBilled));
  const statement = billed.find((one) => one.period >= wish.period) ?? billed.at(-1);
  const lines = statement?.lines.filter(isBilled) ?? [];
  const line = lines[wish.line % Math.max(1, lines.length)];
  if (statement === undefined || line === undefined) return [];
  const { period } = statement;
  const { change, quantity, percent, after } = wish;
  const { currency } = statement;
  const minor = -((line.amountMinor * BigInt(percent)) / 100n);
  const input = {
    waiver: { change, line: line.lineNo },
    quantity: { change, line: line.lineNo, quantity },
    amount: { change, line: line.lineNo, amount: { amount: minorToDecimalString(minor, currency), currency } },
  }[change];
  const id = randomUUID();
  try {
    return await db.transaction(ALL, async (trx) => {
      const [stored] = await rows<{ id: string }>(trx, 'select id from statement where number = :number', {
        number: statement.number,
      });
      const asking = { id, statementId: stored?.id ?? '', reason: 'Agreed', actor: asks, at };
      const { amountMinor } = await askForCorrection(trx, { ...asking, input: correctionInput.parse(input) });
      const end = { correctionId: id, end: 'confirm', reason: null, actor: confirms, at: at.toISOString() } as const;
      await settle(trx, end);
      const { siteName, tenantRef, meter } = line;
      const site = sites.find(({ chronicle }) => chronicle.name === siteName)?.place ?? -1;
      const units = change === 'waiver' ? null : quantity;
      const place = { programme: index, site, period, tenantRef: tenantRef ?? '', meter };
      const set = change === 'amount' ? null : { ...place, units, printed: printedOf(of, statement, line), at };
      const key = `${period} ${siteName}/${tenantRef ?? ''}/${meter}`;
      return [{ programme: index, line: key, change, amountMinor, after, set }];
    });
  } catch (error) {
    // What is not allowed by then is left alone: it changes nothing, takes off too much, or no statement follows.
    if (error instanceof KontorError && REFUSED.has(error.code)) return [];
    throw error;
  }
}

const REFUSED: ReadonlySet<string> = new Set(['STATE_CONFLICT', 'CORRECTION_EXCEEDS_BILLED']);

/** Plays the world among what was played in that database before; `publishRates` comes first, once. */
export async function playWorld(db: Database, world: World): Promise<Played> {
  const month = monthFixture(db);
  worlds += 1;
  const codes = world.programmes.map((_, index) => `w${worlds}${'ab'[index] ?? ''}`);
  const ids = new Map<Twin, string>();
  for (const [index, spec] of world.programmes.entries()) {
    const code = codes[index] ?? '';
    const distributorId = await programme(month, code, spec);
    const terms = { programme: code, joined: spec.joined, ...(spec.left === null ? {} : { left: spec.left }) };
    for (const twin of TWINS) {
      const known = ids.get(twin);
      if (known !== undefined) await month.participation({ mspId: known, distributorId, ...terms });
      else {
        const name = `${twin} ${worlds}`;
        ids.set(twin, await month.msp({ name, distributorId, zone: world.zone, ...terms }));
      }
    }
    await moves(month, code, [...ids.values()], spec);
  }
  const sites: MadeSite[] = [];
  for (const [place, chronicle] of chronicleOf(world).entries()) {
    for (const [twin, mspId] of ids) {
      const code = codes[chronicle.programme] ?? '';
      sites.push(await makeSite(month, chronicle, { mspId, code, twin, place }));
    }
  }
  const steps = [
    ...sites.flatMap((site) => stepsOf(db, month, world, site)),
    ...world.programmes.flatMap((spec, index) => suspensionSteps(db, codes[index] ?? '', [...ids.values()], spec)),
  ];
  steps.sort((a, b) => a.at.getTime() - b.at.getTime());
  const played: Played = {
    statements: codes.map(() => ({ late: [], inTime: [] })),
    taken: [],
    corrected: [],
    broken: [],
  };
  const people = await twoPeople(db);
  for (const period of CLOSED) {
    const now = closedAt(period);
    while (steps[0] !== undefined && steps[0].at < now) await steps.shift()?.do();
    for (const [index, code] of codes.entries()) {
      await month.openAndReconcile(period, now, code);
      played.taken.push(...(await decide(month, { code, period, programme: index }, sites, world.decisions)));
      await month.endReviewAndIssue(period, now, code);
      await confirmTotals(month, code, period, now);
      for (const statement of await month.endReviewAndIssue(period, now, code)) {
        played.statements[index]?.[statement.msp.name.startsWith('late') ? 'late' : 'inTime'].push(statement);
      }
      await requireIssued(month, code, period);
    }
    await openCasesAfterLast(db, now);
    for (const [place, hand] of world.hands.filter(({ after }) => after === period).entries()) {
      const index = hand.programme % codes.length;
      // One after the other, from an hour after the close on.
      const at = new Date(now.getTime() + 3_600_000 + place * 60_000);
      const found = await byHand(db, hand, people, { of: played.statements[index]?.late ?? [], index, at, sites });
      played.corrected.push(...found);
    }
  }
  for (const code of codes) {
    const { programmes } = await verifyAll(db, { now: new Date('2026-09-20T00:00:00Z'), programme: code });
    const verdicts = programmes[code] ?? {};
    const broken = VERIFIED.flatMap((name) => {
      const verdict = verdicts[name] ?? 'not checked';
      return verdict === 'holds' ? [] : [[name, verdict] as const];
    });
    played.broken.push(Object.fromEntries(broken));
  }
  return played;
}
