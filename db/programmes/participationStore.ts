import type { Actor } from '../../domain/access/actor.js';
import { participationStatesBefore, type ParticipationState } from '../../domain/msp.js';
import { EARLIEST_PERIOD, type Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import { MSP_FIELDS, type Msp } from '../parties/mspStore.js';

/** An MSP in a programme (rule 20). Instants are absolute. */
export interface Participation {
  mspId: string;
  programme: string;
  state: ParticipationState;
  /** Billed from this period on; null until it is approved. */
  joinedPeriod: Period | null;
  /** The last period it is billed for; null: no end is known. */
  leftPeriod: Period | null;
  /** Who bills it now; null while it is unconfirmed, or was never confirmed. */
  distributorId: string | null;
  /** Probable duplicates found at registration (rule 14). */
  duplicateOf: string[];
  appliedAt: Date;
  decideUntil: Date;
  decidedAt: Date | null;
  decidedBy: Actor | null;
  decisionReason: string | null;
}

/** A participation with the MSP it is of. */
export interface Registration extends Participation {
  msp: Msp;
}

type Row = Participation & Msp;

const FIELDS = `p.msp_id as "mspId", p.programme_code as programme, p.state, p.joined_period as "joinedPeriod",
  p.left_period as "leftPeriod", kontor_distributor_of(p.msp_id, p.programme_code) as "distributorId",
  p.duplicate_of as "duplicateOf", p.applied_at as "appliedAt", p.decide_until as "decideUntil",
  p.decided_at as "decidedAt", p.decided_by as "decidedBy", p.decision_reason as "decisionReason"`;

function toRegistration(row: Row): Registration {
  const { id, name, registrationNumber, address, country, contactName, email, locale, zone, ...rest } = row;
  return {
    ...rest,
    msp: { id, name, registrationNumber, address, country, contactName, email, locale, zone },
  };
}

/** An MSP's participation in a programme, with the MSP. */
export async function findRegistration(trx: Trx, programme: string, mspId: string): Promise<Registration | undefined> {
  const [row] = await rows<Row>(
    trx,
    `select ${MSP_FIELDS}, ${FIELDS} from participation p join msp m on m.id = p.msp_id
     where p.programme_code = :programme and p.msp_id = :mspId`,
    { programme, mspId },
  );
  return row && toRegistration(row);
}

/** Who bills the MSP in a period (rule 20); null: nobody does. */
export async function distributorIn(
  trx: Trx,
  of: { mspId: string; programme: string; period: Period },
): Promise<string | null> {
  const [row] = await rows<{ id: string | null }>(
    trx,
    'select kontor_distributor_of(:mspId::uuid, :programme, :period) as id',
    { ...of },
  );
  return row?.id ?? null;
}

/** Where an MSP stands in a programme. */
export type Standing = Pick<Participation, 'state' | 'joinedPeriod'>;

/** Undefined: it takes no part, as far as the reader sees. */
export async function findStanding(trx: Trx, programme: string, mspId: string): Promise<Standing | undefined> {
  const [row] = await rows<Standing>(
    trx,
    `select state, joined_period as "joinedPeriod" from participation
     where programme_code = :programme and msp_id = :mspId`,
    { programme, mspId },
  );
  return row;
}

/** Nobody changes the participation until the transaction ends. */
export async function holdParticipation(trx: Trx, programme: string, mspId: string): Promise<void> {
  await rows(trx, 'select from participation where programme_code = :programme and msp_id = :mspId for share', {
    programme,
    mspId,
  });
}

export interface RegistrationFilter {
  programme?: string | undefined;
  mspId?: string | undefined;
  state?: ParticipationState | undefined;
  limit: number;
  after?: [appliedAt: string, mspId: string, programme: string] | undefined;
}

/**
 * Participations, the latest application first, by any of the filters; those after the cursor. Those that are unconfirmed
 * only where asked for by their state.
 */
export async function listRegistrations(trx: Trx, filter: RegistrationFilter): Promise<Registration[]> {
  const [afterAt, afterId, afterProgramme] = filter.after ?? [null, null, null];
  const found = await rows<Row>(
    trx,
    `select ${MSP_FIELDS}, ${FIELDS} from participation p join msp m on m.id = p.msp_id
     where (p.state = :state or :state::text is null and p.state <> 'unconfirmed')
       and (:programme::text is null or p.programme_code = :programme)
       and (:mspId::uuid is null or p.msp_id = :mspId::uuid)
       and (:afterId::uuid is null
         or (p.applied_at, p.msp_id, p.programme_code) < (:afterAt::timestamptz, :afterId::uuid, :afterProgramme::text))
     order by p.applied_at desc, p.msp_id desc, p.programme_code desc limit :limit`,
    {
      state: filter.state ?? null,
      programme: filter.programme ?? null,
      mspId: filter.mspId ?? null,
      afterAt,
      afterId,
      afterProgramme,
      limit: filter.limit,
    },
  );
  return found.map(toRegistration);
}

/** One new application at a time until the transaction ends, so that of two at once the second sees the first. */
export async function lockRegistrations(trx: Trx): Promise<void> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_registration'))`);
}

export interface Application {
  mspId: string;
  programme: string;
  distributorId: string;
  duplicateOf: readonly string[];
  appliedAt: Date;
  decideUntil: Date;
}

/** Keeps the application of a new MSP, until when its address can be confirmed; nobody bills it yet. */
export async function insertUnconfirmed(
  trx: Trx,
  application: Pick<Application, 'mspId' | 'programme' | 'appliedAt'> & { confirmUntil: Date },
): Promise<void> {
  await rows(
    trx,
    `insert into participation (msp_id, programme_code, state, applied_at, decide_until)
     values (:mspId, :programme, 'unconfirmed', :appliedAt, :confirmUntil)`,
    application,
  );
}

/** The programmes to which an MSP has applied without its address being confirmed. */
export async function unconfirmedProgrammes(trx: Trx, mspId: string): Promise<string[]> {
  const found = await rows<{ programme: string }>(
    trx,
    `select programme_code as programme from participation where msp_id = :mspId and state = 'unconfirmed'
     order by programme_code`,
    { mspId },
  );
  return found.map(({ programme }) => programme);
}

/**
 * Keeps an application to a programme; one that is unconfirmed, or was rejected, withdrawn or expired before, is replaced by it. False where there is
 * one that is open or was approved: then nothing changed.
 */
export async function insertApplication(trx: Trx, application: Application): Promise<boolean> {
  const inserted = await rows(
    trx,
    `insert into participation (msp_id, programme_code, state, duplicate_of, applied_at, decide_until)
     values (:mspId, :programme, 'applied', :duplicateOf, :appliedAt, :decideUntil)
     on conflict (msp_id, programme_code) do update set state = 'applied', duplicate_of = excluded.duplicate_of,
       applied_at = excluded.applied_at, decide_until = excluded.decide_until, workflow_started_at = null, decided_at = null,
       decided_by = null, decision_reason = null
     where participation.state = any(:replaceable) returning msp_id`,
    { ...application, duplicateOf: [...application.duplicateOf], replaceable: participationStatesBefore('applied') },
  );
  if (inserted.length === 0) return false;
  const { mspId, programme, distributorId } = application;
  const { appliedAt: setAt } = application;
  await putDistributor(trx, { mspId, programme, distributorId, fromPeriod: EARLIEST_PERIOD, setAt });
  return true;
}

/** Sets who bills an MSP from a period on. */
export async function putDistributor(
  trx: Trx,
  row: { mspId: string; programme: string; fromPeriod: Period; distributorId: string; setAt: Date },
): Promise<void> {
  await rows(
    trx,
    `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id, set_at)
     values (:mspId, :programme, :fromPeriod, :distributorId, :setAt)
     on conflict (msp_id, programme_code, from_period) do update set distributor_id = excluded.distributor_id,
       set_at = excluded.set_at`,
    row,
  );
}

/** Who was set to bill an MSP from exactly that period on, at that instant or later. */
export async function distributorSetSince(
  trx: Trx,
  of: { mspId: string; programme: string; fromPeriod: Period; since: Date },
): Promise<string | undefined> {
  const [row] = await rows<{ distributorId: string }>(
    trx,
    `select distributor_id as "distributorId" from participation_distributor where msp_id = :mspId
       and programme_code = :programme and from_period = :fromPeriod and set_at >= :since`,
    of,
  );
  return row?.distributorId;
}

/** The last period of a participation that was set at that instant or later. */
export async function leftPeriodSetSince(
  trx: Trx,
  of: { mspId: string; programme: string; since: Date },
): Promise<Period | undefined> {
  const [row] = await rows<{ leftPeriod: Period }>(
    trx,
    `select left_period as "leftPeriod" from participation
     where msp_id = :mspId and programme_code = :programme and left_set_at >= :since and left_period is not null`,
    of,
  );
  return row?.leftPeriod;
}

export interface ParticipationMove {
  mspId: string;
  programme: string;
  to: ParticipationState;
  at: Date;
  by: Actor;
  reason: string | null;
  /** Set by an approval. */
  joinedPeriod?: Period;
}

/** Moves a participation; undefined where the state table does not allow it (any more), and then nothing changed. */
export async function moveParticipation(trx: Trx, move: ParticipationMove): Promise<Registration | undefined> {
  const moved = await rows(
    trx,
    `update participation set state = :to, decided_at = :at, decided_by = :by, decision_reason = :reason,
       joined_period = coalesce(:joinedPeriod, joined_period)
     where msp_id = :mspId and programme_code = :programme and state = any(:from) returning msp_id`,
    {
      mspId: move.mspId,
      programme: move.programme,
      to: move.to,
      at: move.at,
      by: move.by,
      reason: move.reason,
      joinedPeriod: move.joinedPeriod ?? null,
      from: participationStatesBefore(move.to),
    },
  );
  return moved.length === 0 ? undefined : findRegistration(trx, move.programme, move.mspId);
}

/** The participation with its MSP, locked until the transaction ends; undefined: there is none the sender may see. */
export async function lockParticipation(trx: Trx, programme: string, mspId: string): Promise<Registration | undefined> {
  await rows(trx, 'select state from participation where programme_code = :programme and msp_id = :mspId for update', {
    programme,
    mspId,
  });
  return findRegistration(trx, programme, mspId);
}

/** Sets the last period a participation is billed for; its state changes once that is over. */
export async function setLeftPeriod(
  trx: Trx,
  row: { mspId: string; programme: string; leftPeriod: Period; setAt: Date },
): Promise<void> {
  await rows(
    trx,
    `update participation set left_period = :leftPeriod, left_set_at = :setAt
     where programme_code = :programme and msp_id = :mspId`,
    row,
  );
}

/** Who bills an MSP in a programme, each from its period on. */
export async function distributorsOf(
  trx: Trx,
  programme: string,
  mspId: string,
): Promise<{ fromPeriod: Period; distributorId: string }[]> {
  return rows<{ fromPeriod: Period; distributorId: string }>(
    trx,
    `select from_period as "fromPeriod", distributor_id as "distributorId" from participation_distributor
     where programme_code = :programme and msp_id = :mspId order by from_period`,
    { programme, mspId },
  );
}

/** Participations with a last period that are not marked as left yet. */
export async function leavers(
  trx: Trx,
): Promise<{ programme: string; mspId: string; leftPeriod: Period; zone: string }[]> {
  return rows<{ programme: string; mspId: string; leftPeriod: Period; zone: string }>(
    trx,
    `select programme_code as programme, msp_id as "mspId", left_period as "leftPeriod",
       kontor_zone(msp_id, left_period) as zone
     from participation where left_period is not null and state in ('approved', 'suspended')
     order by programme_code, msp_id`,
  );
}
