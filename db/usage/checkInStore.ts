import { monthsOverAt, reusedWithOtherContent, type CheckInMessage, type Stored } from '../../domain/siteMessage.js';
import type { KontorError } from '../../domain/errors.js';
import { rows, type Trx } from '../connect.js';

type Outcome = Stored | KontorError;

const RECORD = `jsonb_to_recordset(:messages::jsonb) as m(
  msp_id uuid, site_id uuid, installation_id uuid, sent_at timestamptz, received_at timestamptz,
  clock_offset_seconds integer, channel text, protocol_version integer, product_version text, check_ins jsonb)
cross join lateral jsonb_to_recordset(m.check_ins) as c(
  observed_at timestamptz, counted_at timestamptz, tenant_refs text[], meters text[], quantities integer[],
  content_hash text, backups_passed integer, backups_failed integer, backups_unknown integer, extra jsonb)`;

function toRecord({ from, sentAt, receivedAt, clockOffsetSeconds, checkIns, ...message }: CheckInMessage) {
  return {
    msp_id: from.mspId,
    site_id: from.siteId,
    installation_id: from.installationId,
    sent_at: sentAt,
    received_at: receivedAt,
    clock_offset_seconds: clockOffsetSeconds,
    channel: message.channel,
    protocol_version: message.version,
    product_version: message.productVersion,
    check_ins: checkIns.map(({ observedAt, countedAt, counts, contentHash, backups, extra }) => ({
      observed_at: observedAt,
      counted_at: countedAt,
      tenant_refs: counts.map(({ tenant }) => tenant),
      meters: counts.map(({ meter }) => meter),
      quantities: counts.map(({ count }) => count),
      content_hash: contentHash,
      backups_passed: backups?.passed ?? null,
      backups_failed: backups?.failed ?? null,
      backups_unknown: backups?.unknown ?? null,
      extra,
    })),
  };
}

/** Inserts what is not there; returns per installation how many check-ins were new. In key order, so that two
 * processes that meet wait for each other instead of deadlocking. */
async function insert(trx: Trx, messages: readonly CheckInMessage[]): Promise<Map<string, number>> {
  const added = await rows<{ installation: string; count: string }>(
    trx,
    `with added as (
       insert into check_in (msp_id, site_id, installation_id, observed_at, counted_at, sent_at, received_at,
         clock_offset_seconds, tenant_refs, meters, quantities, content_hash, channel, protocol_version,
         product_version, backups_passed, backups_failed, backups_unknown, extra)
       select m.msp_id, m.site_id, m.installation_id, c.observed_at, c.counted_at, m.sent_at, m.received_at,
         m.clock_offset_seconds, c.tenant_refs, c.meters, c.quantities, decode(c.content_hash, 'hex'), m.channel,
         m.protocol_version, m.product_version, c.backups_passed, c.backups_failed, c.backups_unknown, c.extra
       from ${RECORD}
       order by m.msp_id, m.site_id, m.installation_id, c.observed_at
       on conflict do nothing
       returning site_id, installation_id
     )
     select site_id || '/' || installation_id as installation, count(*) from added group by site_id, installation_id`,
    { messages: JSON.stringify(messages.map(toRecord)) },
  );
  return new Map(added.map(({ installation, count }) => [installation, Number(count)]));
}

/** Notes the sites and months that some of these came late for, so that closing the next month rates them again (rule 7). */
async function noteLate(trx: Trx, messages: readonly CheckInMessage[]): Promise<void> {
  const late = new Map<string, { msp_id: string; site_id: string; period: string; received_at: Date }>();
  for (const { from, receivedAt, checkIns } of messages) {
    for (const period of new Set(checkIns.flatMap((checkIn) => monthsOverAt(receivedAt, checkIn)))) {
      const key = `${from.siteId} ${period}`;
      const known = late.get(key)?.received_at;
      const received_at = known !== undefined && known > receivedAt ? known : receivedAt;
      late.set(key, { msp_id: from.mspId, site_id: from.siteId, period, received_at });
    }
  }
  if (late.size === 0) return;
  await rows(
    trx,
    `insert into late_check_in (msp_id, site_id, period, last_received_at)
     select l.msp_id, l.site_id, l.period, l.received_at
     from jsonb_to_recordset(:late::jsonb) as l(msp_id uuid, site_id uuid, period text, received_at timestamptz)
     order by l.msp_id, l.period, l.site_id
     on conflict (msp_id, period, site_id) do update
     set last_received_at = greatest(late_check_in.last_received_at, excluded.last_received_at)`,
    { late: JSON.stringify([...late.values()]) },
  );
}

/** Which of a message's check-ins are known with other content, as positions in it. */
async function findConflicts(trx: Trx, { from, checkIns }: CheckInMessage): Promise<number[]> {
  const known = await rows<{ position: number }>(
    trx,
    `select g.position::integer - 1 as position
     from unnest(:observedAt::timestamptz[], :hashes::text[]) with ordinality as g(observed_at, hash, position)
     join check_in c on c.msp_id = :mspId and c.site_id = :siteId and c.installation_id = :installationId
       and c.observed_at = g.observed_at
     where c.content_hash <> decode(g.hash, 'hex')
     order by 1`,
    {
      ...from,
      observedAt: checkIns.map(({ observedAt }) => observedAt.toISOString()),
      hashes: checkIns.map(({ contentHash }) => contentHash),
    },
  );
  return known.map(({ position }) => position);
}

/**
 * Stores batches of check-ins, each all or nothing; at most one message per installation. Outcomes in order: how many
 * check-ins were new and how many known already, or ID_REUSED_WITH_OTHER_CONTENT naming those that differ. The months
 * must have their partitions.
 */
export async function storeCheckIns(trx: Trx, messages: readonly CheckInMessage[]): Promise<Outcome[]> {
  const refused = new Map<CheckInMessage, KontorError>();
  for (;;) {
    const candidates = messages.filter((message) => !refused.has(message));
    // Refusing one message must leave the others of the same transaction in place.
    await rows(trx, 'savepoint check_ins');
    const added = candidates.length === 0 ? new Map<string, number>() : await insert(trx, candidates);
    const newOf = ({ from }: CheckInMessage) => added.get(`${from.siteId}/${from.installationId}`) ?? 0;
    const refusedBefore = refused.size;
    for (const message of candidates) {
      if (newOf(message) === message.checkIns.length) continue;
      const conflicts = await findConflicts(trx, message);
      if (conflicts.length === 0) continue;
      refused.set(message, reusedWithOtherContent(conflicts.map((position) => `/checkIns/${position}`)));
    }
    if (refused.size === refusedBefore) {
      await noteLate(
        trx,
        candidates.filter((message) => newOf(message) > 0),
      );
      return messages.map((message) => {
        const accepted = newOf(message);
        return (
          refused.get(message) ?? {
            accepted,
            repeated: message.checkIns.length - accepted,
            late: false,
            beyondReach: false,
          }
        );
      });
    }
    await rows(trx, 'rollback to savepoint check_ins');
  }
}

/** Makes sure check-ins observed in that month (any day of it) have a partition. Runs as the owner; safe to repeat. */
export async function ensureCheckInPartition(trx: Trx, month: string): Promise<void> {
  await rows(trx, 'select kontor_check_in_partition(:month::date)', { month: `${month}-01` });
}
