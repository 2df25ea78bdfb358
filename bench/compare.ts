import { KontorError } from '../domain/errors.js';
import { asOwner } from './databases.js';
import { PERIOD } from './world.js';

/** One MSP's statement as an arm made it. */
interface Made {
  mspId: string;
  number: string;
  currency: string;
  /** Minor units of the currency. */
  totalMinor: string;
  /** Of the document, in hex. */
  sha256: string;
}

/** The same documents, byte for byte, in how many of how many statements. */
export interface Agreement {
  statements: number;
  sameBytes: number;
}

const OF_KONTOR = `
  select s.msp_id as "mspId", s.number, s.currency, s.total_minor::text as "totalMinor", encode(d.sha256, 'hex') as sha256
  from statement s join statement_document d on d.msp_id = s.msp_id and d.statement_id = s.id where s.period = '${PERIOD}'`;

const OF_FLOOR = `
  select s.msp_id as "mspId", s.number, s.currency, s.total_minor::text as "totalMinor", d.sha256
  from floor_statement s join floor_document d using (msp_id)`;

/** By MSP. */
export type AllMade = ReadonlyMap<string, Made>;

async function madeBy(ownerUrl: string, sql: string): Promise<AllMade> {
  const { rows } = await asOwner(ownerUrl, (client) => client.query<Made>(sql));
  return new Map(rows.map((made) => [made.mspId, made]));
}

export const madeByKontor = (ownerUrl: string): Promise<AllMade> => madeBy(ownerUrl, OF_KONTOR);
/** The floor, or a peer, which writes into tables of the same names. */
export const madeByFloor = (ownerUrl: string): Promise<AllMade> => madeBy(ownerUrl, OF_FLOOR);

const SHOWN = 5;

/** Compares what Kontor and another one made, MSP by MSP. Throws INTERNAL where a statement is missing or a total is another one. */
export function requireAgreement(kontor: AllMade, other: { name: string; made: AllMade }): Agreement {
  const said = (made: Made | undefined) => (made === undefined ? 'nothing' : `${made.totalMinor} ${made.currency}`);
  const differing = [...new Set([...kontor.keys(), ...other.made.keys()])].filter(
    (mspId) => said(kontor.get(mspId)) !== said(other.made.get(mspId)),
  );
  if (differing.length > 0) {
    const shown = differing
      .slice(0, SHOWN)
      .map((mspId) => `${mspId}: Kontor ${said(kontor.get(mspId))}, ${other.name} ${said(other.made.get(mspId))}`);
    throw new KontorError('INTERNAL', `The totals of ${differing.length} MSPs differ.\n${shown.join('\n')}`);
  }
  const same = [...kontor.values()].filter(({ mspId, sha256 }) => other.made.get(mspId)?.sha256 === sha256);
  return { statements: kontor.size, sameBytes: same.length };
}
