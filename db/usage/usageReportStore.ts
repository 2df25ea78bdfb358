import { reusedWithOtherContent, type Stored, type UsageReportMessage } from '../../domain/siteMessage.js';
import type { KontorError } from '../../domain/errors.js';
import { reachOf, type Period } from '../../domain/period.js';
import { parseSettings, resolveSettings } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';

type Outcome = Stored | KontorError;

interface OutcomeRow {
  position: number;
  repeated: boolean;
  same: boolean;
  late: boolean;
  period: Period;
  receivedAt: Date;
  /** Of the MSP in that month's run; null: it had no part in one. */
  zone: string | null;
  settings: unknown;
}

function toRecord(message: UsageReportMessage, position: number) {
  return {
    position,
    msp_id: message.from.mspId,
    site_id: message.from.siteId,
    installation_id: message.from.installationId,
    period: message.period,
    revision: message.revision,
    sent_at: message.sentAt,
    received_at: message.receivedAt,
    clock_offset_seconds: message.clockOffsetSeconds,
    tenant_refs: message.peaks.map(({ tenant }) => tenant),
    meters: message.peaks.map(({ meter }) => meter),
    peaks: message.peaks.map(({ count }) => count),
    content_hash: message.contentHash,
    channel: message.channel,
    protocol_version: message.version,
    product_version: message.productVersion,
    extra: message.extra,
  };
}

/** Rule 7, by the settings of the month that is reported. */
function isBeyondReach({ period, receivedAt, zone, settings }: OutcomeRow): boolean {
  if (zone === null) return false;
  return receivedAt >= reachOf(period, zone, resolveSettings(parseSettings(settings)).lateUsage);
}

/**
 * Stores usage reports, at most one per installation. Outcomes in order: whether it was known already and whether the
 * first of it came after its period was reconciled or issued for the MSP, or later than late usage is booked (rule 7), so
 * that a repeat gets the same answer; or ID_REUSED_WITH_OTHER_CONTENT.
 */
export async function storeUsageReports(trx: Trx, messages: readonly UsageReportMessage[]): Promise<Outcome[]> {
  if (messages.length === 0) return [];
  const records = JSON.stringify(messages.map(toRecord));
  const added = await rows<{ site_id: string; installation_id: string }>(
    trx,
    `insert into usage_report (msp_id, site_id, installation_id, period, revision, sent_at, received_at,
       clock_offset_seconds, tenant_refs, meters, peaks, content_hash, channel, protocol_version, product_version, extra)
     select m.msp_id, m.site_id, m.installation_id, m.period, m.revision, m.sent_at, m.received_at,
       m.clock_offset_seconds, m.tenant_refs, m.meters, m.peaks, decode(m.content_hash, 'hex'),
       m.channel, m.protocol_version, m.product_version, m.extra
     from jsonb_to_recordset(:records::jsonb) as m(msp_id uuid, site_id uuid, installation_id uuid, period text,
       revision integer, sent_at timestamptz, received_at timestamptz, clock_offset_seconds integer,
       tenant_refs text[], meters text[], peaks integer[], content_hash text, channel text, protocol_version integer,
       product_version text, extra jsonb)
     order by m.msp_id, m.site_id, m.installation_id
     on conflict do nothing
     returning site_id, installation_id`,
    { records },
  );
  const fresh = new Set(added.map((row) => `${row.site_id}/${row.installation_id}`));
  const stored = await rows<OutcomeRow>(
    trx,
    `select m.position, r.content_hash = decode(m.content_hash, 'hex') as same,
       exists (select from reconciled_site s
         where s.period = r.period and s.msp_id = r.msp_id and s.reconciled_at <= r.received_at)
       or exists (select from statement s
         where s.period = r.period and s.msp_id = r.msp_id and s.issued_at <= r.received_at) as late,
       r.period, r.received_at as "receivedAt", p.zone, v.settings
     from jsonb_to_recordset(:records::jsonb) as m(position integer, msp_id uuid, site_id uuid, installation_id uuid,
       period text, revision integer, content_hash text)
     join usage_report r using (msp_id, site_id, installation_id, period, revision)
     join site t on t.msp_id = r.msp_id and t.id = r.site_id
     cross join lateral kontor_settings(t.programme_code, r.period) v
     left join run_participant p on p.programme_code = t.programme_code and p.period = r.period and p.msp_id = r.msp_id`,
    { records },
  );
  const byPosition = new Map(stored.map((row) => [row.position, row]));
  return messages.map(({ from }, position) => {
    const row = byPosition.get(position);
    if (row?.same !== true) return reusedWithOtherContent(['/period', '/revision']);
    const isNew = fresh.has(`${from.siteId}/${from.installationId}`);
    return {
      accepted: Number(isNew),
      repeated: Number(!isNew),
      late: row.late,
      beyondReach: row.late && isBeyondReach(row),
    };
  });
}
