/**
 * How each class is counted and removed. Every statement binds `:programme` (where the class is a programme's), `:from` (what
 * is before it goes) and, to remove, `:limit`. Removing again finds what is left, so a run that broke off goes on. What a hold
 * names is counted as held and left; the policies of the role that removes say the same once more (migration 0012).
 */
import type { RetentionClass } from '../../domain/retention.js';

interface Removal {
  /** Selects `due` and `held`, of the rows that a person would count. */
  count: string;
  /** Each removes at most `:limit` of its units and selects how many as `removed`; in this order. */
  remove: readonly string[];
}

const COUNTS = `select count(*) filter (where not held)::int as due, count(*) filter (where held)::int as held from found`;

/** Of rows `x` of sites `s` of the programme. */
const OF_SITES = `join site s on s.msp_id = x.msp_id and s.id = x.site_id and s.programme_code = :programme`;
const BEFORE_MONTH = `(:from || '-01')::timestamp at time zone 'UTC'`;

const CHECK_INS = `check_in x ${OF_SITES} where x.observed_at < ${BEFORE_MONTH}`;
const LATE = `late_check_in x ${OF_SITES} where x.period < :from`;
const REPORTS = `usage_report x ${OF_SITES} where x.period < :from`;
const HELD = `kontor_is_held(x.msp_id, s.programme_code)`;

const REFUSED = `refused_message x where to_char(x.received_at at time zone 'UTC', 'YYYY-MM') < :from`;
const CLAIMS = `refused_claims x where to_char(x.day, 'YYYY-MM') < :from`;

const MAILS = `outbox x where x.state not in ('pending', 'sending')
  and to_char(x.created_at at time zone 'UTC', 'YYYY-MM') < :from`;
const MAIL_HELD = `(kontor_is_held(coalesce(x.msp_id, x.to_company), x.programme_code) or kontor_is_held(x.distributor_id, null))`;

/** One that was corrected by hand stays, with what corrected it: credits are numbered and chained on their own. */
const STATEMENTS = `statement x where x.programme_code = :programme and x.year < :from::int
  and not exists (select from correction c where c.statement_id = x.id)`;
const STATEMENT_HELD = `(kontor_is_held(x.msp_id, x.programme_code) or kontor_is_held(x.distributor_id, null))`;
/** Packs whose statements have all gone. One with a credit stays with it. */
const PACKS = `billing_pack x where x.programme_code = :programme and x.period < :from
  and extract(year from x.made_at at time zone 'Etc/GMT-14') < :from::int
  and not kontor_is_held(x.distributor_id, x.programme_code)
  and not exists (select from billing_pack_statement b where b.billing_pack_id = x.id)
  and not exists (select from billing_pack_credit b where b.billing_pack_id = x.id)`;

/** Participants without any document left, of months of the years before. */
const PARTICIPANTS = `run_participant x where x.programme_code = :programme and x.period < :from and x.state = 'issued'
  and not exists (select from statement s where s.programme_code = x.programme_code and s.period = x.period
    and s.msp_id = x.msp_id)`;

/** The trail up to the first event that is kept: it is cut at its beginning alone, so what is left can be checked. */
const EVENTS = `audit_event x where x.id < (select min(k.id) from audit_event k
  where extract(year from k.at at time zone 'Etc/GMT-14') >= :from::int)`;
const ANY_HOLD = `exists (select from legal_hold where lifted_at is null)`;
const DECISIONS = `decision x where extract(year from x.decided_at at time zone 'Etc/GMT-14') < :from::int`;

const BEFORE_DAY = `:from::date::timestamp at time zone 'UTC'`;
const SESSIONS = `session x where least(x.ended_at, x.ends_at) < ${BEFORE_DAY}`;
const LINKS = `one_time_link x where least(x.used_at, x.withdrawn_at, x.expires_at) < ${BEFORE_DAY}`;
const TOKENS = `api_token x where least(x.revoked_at, x.expires_at) < ${BEFORE_DAY}`;
const BY_MEMBERSHIP = `kontor_is_held(kontor_company_of(x.membership_id), null)`;
const LINK_HELD = `kontor_is_held(kontor_company_of_link(x.applicant_id, x.membership_id, x.contact_id), x.programme_code)`;

/** What an applicant is called once her data has gone. */
export const FORMER_APPLICANT = 'Former applicant';
const APPLICANTS = `company x where x.name <> '${FORMER_APPLICANT}' and kontor_only_applied(x.id) and not exists (
  select from participation a where a.msp_id = x.id
    and to_char(coalesce(a.decided_at, a.decide_until) at time zone 'UTC', 'YYYY-MM') >= :from)`;
const APPLICANT_HELD = `(kontor_is_held(x.id, null) or exists (select from participation a where a.msp_id = x.id
  and kontor_is_held(null, a.programme_code)))`;
/** Who was told, withdrew, did not confirm in time, or waits for a programme that has ended; links go with them. */
const WAITED = `waiting_list x where least(
  to_char(least(x.told_at, x.withdrawn_at, case when x.confirmed_at is null then x.confirm_until end) at time zone 'UTC', 'YYYY-MM'),
  (select g.last_period from programme g where g.code = x.programme_code)) < :from`;

function countOf(...parts: readonly (readonly [from: string, held: string])[]): string {
  return `with found as (${parts.map(([from, held]) => `select ${held} as held from ${from}`).join(' union all ')}) ${COUNTS}`;
}

/** Removes rows by the table's own key. */
function removeBy(key: string, from: string, held: string): string {
  const table = from.split(' ')[0] ?? '';
  const keys = key.split(', ').map((column) => `x.${column}`);
  return `with gone as (
      delete from ${table} t using (select ${keys.join(', ')} from ${from} and not ${held} limit :limit) d
      where (${key
        .split(', ')
        .map((column) => `t.${column}`)
        .join(', ')}) = (${key
        .split(', ')
        .map((column) => `d.${column}`)
        .join(', ')}) returning 1)
    select count(*)::int as removed from gone`;
}

export const REMOVALS: Record<RetentionClass, Removal> = {
  checkIns: {
    count: countOf([CHECK_INS, HELD]),
    remove: [
      removeBy('msp_id, site_id, installation_id, observed_at', CHECK_INS, HELD),
      removeBy('msp_id, site_id, period', LATE, HELD),
    ],
  },
  usageReports: {
    count: countOf([REPORTS, HELD]),
    remove: [removeBy('msp_id, site_id, installation_id, period, revision', REPORTS, HELD)],
  },
  refusals: {
    count: countOf([REFUSED, 'kontor_is_held(x.msp_id, null)'], [CLAIMS, 'kontor_is_held(null, x.programme_code)']),
    remove: [
      removeBy('id', REFUSED, 'kontor_is_held(x.msp_id, null)'),
      removeBy('ctid', CLAIMS, 'kontor_is_held(null, x.programme_code)'),
    ],
  },
  mails: { count: countOf([MAILS, MAIL_HELD]), remove: [removeBy('id', MAILS, MAIL_HELD)] },
  documents: {
    count: countOf([STATEMENTS, STATEMENT_HELD], [PACKS, 'false']),
    remove: [
      // A statement with all that is its own, or none of it.
      `with due as materialized (select x.msp_id, x.id from ${STATEMENTS} and not ${STATEMENT_HELD} limit :limit),
       mails as (delete from outbox t using due d where t.statement_id = d.id returning 1),
       packed as (delete from billing_pack_statement t using due d where (t.msp_id, t.statement_id) = (d.msp_id, d.id) returning 1),
       files as (delete from statement_document t using due d where (t.msp_id, t.statement_id) = (d.msp_id, d.id) returning 1),
       lines as (delete from statement_line t using due d where (t.msp_id, t.statement_id) = (d.msp_id, d.id) returning 1),
       gone as (delete from statement t using due d where (t.msp_id, t.id) = (d.msp_id, d.id) returning 1)
       select count(*)::int as removed from gone`,
      `with due as materialized (select x.id from ${PACKS} limit :limit),
       mails as (delete from outbox t using due d where t.billing_pack_id = d.id returning 1),
       said as (delete from billing_pack_response t using due d where t.billing_pack_id = d.id returning 1),
       gone as (delete from billing_pack t using due d where t.id = d.id returning 1)
       select count(*)::int as removed from gone`,
    ],
  },
  runFacts: {
    count: countOf([PARTICIPANTS, 'kontor_is_held(x.msp_id, x.programme_code)']),
    remove: [
      `with due as materialized (select x.programme_code, x.period, x.msp_id from ${PARTICIPANTS}
         and not kontor_is_held(x.msp_id, x.programme_code) limit :limit),
       facts as (delete from reconciled_site t using due d
         where (t.programme_code, t.period, t.msp_id) = (d.programme_code, d.period, d.msp_id) returning 1),
       work as materialized (select c.id from discrepancy c join due d
         on (c.programme_code, c.period, c.msp_id) = (d.programme_code, d.period, d.msp_id)),
       people as (delete from case_person t using work w where t.case_id = w.id returning 1),
       handed as (delete from case_hand_over t using work w where t.case_id = w.id returning 1),
       said as (delete from case_comment t using work w where t.case_id = w.id returning 1),
       cases as (delete from discrepancy t using due d
         where (t.programme_code, t.period, t.msp_id) = (d.programme_code, d.period, d.msp_id) returning 1),
       gone as (delete from run_participant t using due d
         where (t.programme_code, t.period, t.msp_id) = (d.programme_code, d.period, d.msp_id) returning 1)
       select count(*)::int as removed from gone`,
    ],
  },
  auditTrail: {
    count: countOf([EVENTS, ANY_HOLD], [DECISIONS, ANY_HOLD]),
    remove: [
      // From its beginning, and what was removed last is told where the rest begins.
      `with gone as (
         delete from audit_event t where t.id = any(array(select x.id from ${EVENTS} and not ${ANY_HOLD} order by x.id limit :limit))
         returning id, hash),
       told as (
         update retained_from k set event_id = g.id, event_hash = g.hash from (select id, hash from gone order by id desc limit 1) g
         where k.class = 'auditTrail' returning 1)
       select count(*)::int as removed from gone`,
      removeBy('id', DECISIONS, ANY_HOLD),
    ],
  },
  access: {
    count: countOf([SESSIONS, BY_MEMBERSHIP], [LINKS, LINK_HELD], [TOKENS, BY_MEMBERSHIP]),
    remove: [
      removeBy('id', SESSIONS, BY_MEMBERSHIP),
      removeBy('id', LINKS, LINK_HELD),
      removeBy('id', TOKENS, BY_MEMBERSHIP),
    ],
  },
  applications: {
    count: countOf([APPLICANTS, APPLICANT_HELD], [WAITED, 'kontor_is_held(null, x.programme_code)']),
    remove: [
      `with due as materialized (select x.id from ${APPLICANTS} and not ${APPLICANT_HELD} limit :limit),
       links as (delete from one_time_link t using due d
         where t.applicant_id = d.id or t.contact_id in (select k.id from company_contact k where k.company_id = d.id) returning 1),
       contacts as (delete from company_contact t using due d where t.company_id = d.id returning 1),
       changes as (delete from company_change t using due d where t.company_id = d.id returning 1),
       mails as (delete from outbox t using due d where t.msp_id = d.id or t.to_company = d.id returning 1),
       reasons as (update participation t set decision_reason = null from due d where t.msp_id = d.id returning 1),
       gone as (update company t set name = '${FORMER_APPLICANT}', registration_number = null, address = '{}', version = 1
         from due d where t.id = d.id returning 1)
       select count(*)::int as removed from gone`,
      removeBy('id', WAITED, 'kontor_is_held(null, x.programme_code)'),
    ],
  },
};
