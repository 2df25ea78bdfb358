import type { Actor } from '../../domain/access/actor.js';
import { customerPrices, type CustomerPriceList } from '../../domain/customerPrices.js';
import type { Period } from '../../domain/period.js';
import { readStored } from '../../domain/readStored.js';
import { rows, type Trx } from '../connect.js';

/** An MSP in a programme. */
export interface MspInProgramme {
  mspId: string;
  programme: string;
}

export interface StoredPriceList extends CustomerPriceList, MspInProgramme {
  /** Of the request that set it. */
  id: string;
  setAt: Date;
  setBy: Actor;
}

const FIELDS = `id, msp_id as "mspId", programme_code as programme, version, from_period as "fromPeriod", currency, prices,
  set_at as "setAt", set_by as "setBy"`;

type Row = Omit<StoredPriceList, 'prices'> & { prices: unknown };

function toList({ prices, ...row }: Row): StoredPriceList {
  return { ...row, prices: readStored(customerPrices, prices, `The prices of customer price list ${row.id}`) };
}

/** Versions of an MSP's lists by programme, the latest first; those after the cursor. */
export async function listPriceLists(
  trx: Trx,
  filter: {
    mspId: string;
    programme?: string | undefined;
    limit: number;
    after?: [programme: string, version: number] | undefined;
  },
): Promise<StoredPriceList[]> {
  const [afterProgramme, afterVersion] = filter.after ?? [null, null];
  const found = await rows<Row>(
    trx,
    `select ${FIELDS} from customer_price_list
     where msp_id = :mspId and (:programme::text is null or programme_code = :programme)
       and (:afterProgramme::text is null or programme_code collate "C" > :afterProgramme::text
         or (programme_code = :afterProgramme and version < :afterVersion::int))
     order by programme_code collate "C", version desc limit :limit`,
    {
      ...{ mspId: filter.mspId, programme: filter.programme ?? null, limit: filter.limit },
      ...{ afterProgramme, afterVersion },
    },
  );
  return found.map(toList);
}

/** The one that a request has set; undefined: it has not yet. */
export async function findPriceList(trx: Trx, mspId: string, id: string): Promise<StoredPriceList | undefined> {
  const [row] = await rows<Row>(trx, `select ${FIELDS} from customer_price_list where msp_id = :mspId and id = :id`, {
    ...{ mspId, id },
  });
  return row && toList(row);
}

/** Since when each version holds. */
export interface PriceListVersion {
  version: number;
  fromPeriod: Period;
}

/**
 * The versions there are, and the months that the MSP was issued a statement for. Until the transaction ends nobody else sets a
 * list, and no month from `fromPeriod` on that was opened is issued. Undefined: the MSP takes no part in the programme.
 */
export async function lockPriceLists(
  trx: Trx,
  { mspId, programme, fromPeriod }: MspInProgramme & { fromPeriod: Period },
): Promise<{ versions: PriceListVersion[]; issued: Period[] } | undefined> {
  const of = { mspId, programme };
  const held = await rows(
    trx,
    `select 1 from participation where msp_id = :mspId and programme_code = :programme and joined_period is not null
     for no key update`,
    of,
  );
  if (held.length === 0) return undefined;
  await rows(
    trx,
    `select 1 from run_participant where msp_id = :mspId and programme_code = :programme and period >= :fromPeriod
     order by period for share`,
    { ...of, fromPeriod },
  );
  const versions = await rows<PriceListVersion>(
    trx,
    `select version, from_period as "fromPeriod" from customer_price_list
     where msp_id = :mspId and programme_code = :programme order by version`,
    of,
  );
  const issued = await rows<{ period: Period }>(
    trx,
    `select distinct period from statement where msp_id = :mspId and programme_code = :programme order by period`,
    of,
  );
  return { versions, issued: issued.map(({ period }) => period) };
}

/** Keeps a version. The unique key refuses a second one of that number. */
export async function insertPriceList(trx: Trx, list: StoredPriceList): Promise<void> {
  const { prices, setBy, ...fields } = list;
  await rows(
    trx,
    `insert into customer_price_list (msp_id, programme_code, version, id, from_period, currency, prices, set_at, set_by)
     values (:mspId, :programme, :version, :id, :fromPeriod, :currency, :prices, :setAt, :setBy)`,
    { ...fields, prices: JSON.stringify(prices), setBy: JSON.stringify(setBy) },
  );
}
