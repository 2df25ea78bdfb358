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
  mspId: string;
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

/** Runs a write that may break `site_name_in_use`; NAME_TAKEN then, and the transaction is over. */
async function withUniqueName<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) {
      throw new KontorError('NAME_TAKEN', 'Another site of this MSP has that name.', [
        { field: '/name', code: 'NAME_TAKEN', message: `"${name}" is in use.` },
      ]);
    }
    throw error;
  }
}

/** Keeps a new site; false where the MSP is not approved in the programme. Throws NAME_TAKEN, and the transaction is over. */
export async function insertSite(trx: Trx, site: NewSite): Promise<boolean> {
  const made = await withUniqueName(site.name, () =>
    rows<{ id: string }>(
      trx,
      `insert into site (msp_id, id, programme_code, name, product, kind, channel, from_period, state, created_at,
         remind_at)
       select msp_id, :siteId, programme_code, :name, :product, :kind, :channel, :fromPeriod, 'created', :at,
         :remindAt::timestamptz[]
       from participation where msp_id = :mspId and programme_code = :programme and state = 'approved' returning id`,
      { ...site, remindAt: site.remindAt.map((instant) => instant.toISOString()) },
    ),
  );
  return made.length === 1;
}

/** Gives a site another name; false: no such site. Throws NAME_TAKEN. */
export async function renameSite(trx: Trx, mspId: string, siteId: string, name: string): Promise<boolean> {
  const renamed = await withUniqueName(name, () =>
    rows<{ id: string }>(trx, 'update site set name = :name where msp_id = :mspId and id = :siteId returning id', {
      mspId,
      siteId,
      name,
    }),
  );
  return renamed.length === 1;
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
    `select ${COLUMNS} from site where msp_id = :mspId and name = :name and state <> 'retired' for update`,
    { mspId, name },
  );
  return row && toSite(row);
}
