import { KontorError } from '../../domain/errors.js';
import { parsePeriod, type Period } from '../../domain/period.js';
import type { Channel } from '../../domain/siteMessage.js';
import { siteStatesBefore, type ContactState, type SiteKind, type SiteState } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';

/** One managed place that reports usage. Its name is unique among its MSP's sites that are not retired. */
export interface Site {
  mspId: string;
  id: string;
  /** Code of the programme it is billed in. */
  programme: string;
  name: string;
  product: string;
  kind: SiteKind;
  channel: Channel;
  /** Its first month: nothing is accepted for an earlier one. */
  fromPeriod: Period;
  state: SiteState;
  /** Rule 6. */
  contact: ContactState;
  createdAt: Date;
  activatedAt: Date | null;
  lastContactAt: Date | null;
}

export interface NewSite {
  siteId: string;
  programme: string;
  name: string;
  product: string;
  kind: SiteKind;
  channel: Channel;
  fromPeriod: Period;
  at: Date;
  /** Instants at which the MSP is reminded while no installation has activated the site, in order. */
  remindAt: readonly Date[];
}

const UNIQUE_VIOLATION = '23505';

/** NAME_TAKEN on `field`. */
export function nameTaken(name: string, field: string): KontorError {
  return new KontorError('NAME_TAKEN', 'Another site of this MSP has that name.', [
    { field, code: 'NAME_TAKEN', message: `"${name}" is in use.` },
  ]);
}

/** `taken`: another site of the MSP has that name, or one before it in the list; `refused`: not approved in the programme. */
export type SiteOutcome = 'made' | 'taken' | 'refused';

/** Keeps new sites of an MSP, in one statement; what became of each, in their order. Roll back where one was not made. */
export async function insertSites(trx: Trx, mspId: string, sites: readonly NewSite[]): Promise<SiteOutcome[]> {
  const outcomes = await rows<{ isMade: boolean; takesPart: boolean }>(
    trx,
    `with wanted as (
       select w.*, exists (select from participation p where p.msp_id = :mspId and p.programme_code = w.programme
         and p.state = 'approved') as "takesPart"
       from rows from (jsonb_to_recordset(:sites::jsonb) as ("siteId" uuid, programme text, name text, product text,
         kind text, channel text, "fromPeriod" text, at timestamptz, "remindAt" timestamptz[])) with ordinality
         as w("siteId", programme, name, product, kind, channel, "fromPeriod", at, "remindAt", position)),
     made as (
       insert into site (msp_id, id, programme_code, name, product, kind, channel, from_period, state, created_at,
         remind_at)
       select :mspId, w."siteId", w.programme, w.name, w.product, w.kind, w.channel, w."fromPeriod", 'created', w.at,
         w."remindAt"
       from wanted w where w."takesPart" order by w.position
       on conflict (msp_id, kontor_comparable_name(name)) where state <> 'retired' do nothing returning id)
     select w."takesPart", exists (select from made m where m.id = w."siteId") as "isMade" from wanted w order by w.position`,
    { mspId, sites: JSON.stringify(sites) },
  );
  return outcomes.map(({ isMade, takesPart }) => (isMade ? 'made' : takesPart ? 'taken' : 'refused'));
}

/** Gives a site another name; false: no such site. Throws NAME_TAKEN. */
export async function renameSite(trx: Trx, mspId: string, siteId: string, name: string): Promise<boolean> {
  try {
    const renamed = await rows<{ id: string }>(
      trx,
      'update site set name = :name where msp_id = :mspId and id = :siteId returning id',
      { mspId, siteId, name },
    );
    return renamed.length === 1;
  } catch (error) {
    // `site_name_in_use`: the transaction is over.
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) throw nameTaken(name, '/name');
    throw error;
  }
}

/** Retires a site; false where it is retired already. Lock it before. */
export async function retireSite(trx: Trx, site: { mspId: string; siteId: string }): Promise<boolean> {
  const retired = await rows<{ id: string }>(
    trx,
    `update site set state = 'retired' where msp_id = :mspId and id = :siteId and state = any(:from) returning id`,
    { ...site, from: siteStatesBefore('retired') },
  );
  return retired.length === 1;
}

interface SiteRow {
  msp_id: string;
  id: string;
  programme_code: string;
  kind: SiteKind;
  channel: Channel;
  from_period: string;
  name: string;
  product: string;
  state: SiteState;
  contact: ContactState;
  created_at: Date;
  activated_at: Date | null;
  last_contact_at: Date | null;
}

const COLUMNS = `msp_id, id, programme_code, name, product, kind, channel, from_period, state, contact, created_at,
  activated_at, last_contact_at`;

function toSite(row: SiteRow): Site {
  return {
    mspId: row.msp_id,
    id: row.id,
    programme: row.programme_code,
    name: row.name,
    product: row.product,
    kind: row.kind,
    channel: row.channel,
    fromPeriod: parsePeriod(row.from_period),
    state: row.state,
    contact: row.contact,
    createdAt: row.created_at,
    activatedAt: row.activated_at,
    lastContactAt: row.last_contact_at,
  };
}

/** The site, locked against concurrent changes of its keys until the transaction ends; undefined: none of the MSP. */
export async function lockSite(trx: Trx, mspId: string, siteId: string): Promise<Site | undefined> {
  const [row] = await rows<SiteRow>(
    trx,
    `select ${COLUMNS} from site where msp_id = :mspId and id = :siteId for update`,
    { mspId, siteId },
  );
  return row && toSite(row);
}

/** The MSP's site of that name that is not retired, locked likewise. */
export async function lockSiteByName(trx: Trx, mspId: string, name: string): Promise<Site | undefined> {
  const [row] = await rows<SiteRow>(
    trx,
    `select ${COLUMNS} from site where msp_id = :mspId and kontor_comparable_name(name) = kontor_comparable_name(:name)
       and state <> 'retired' for update`,
    { mspId, name },
  );
  return row && toSite(row);
}
