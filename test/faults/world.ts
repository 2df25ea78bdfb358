/** The month that each round plays: made once, and copied for each round, so that all of them have the same ids. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createRandom } from '../../simulator/random.js';
import { connect } from '../../db/connect.js';
import { createTestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { LOGIN_PASSWORD, services } from '../support/services.js';

const MAILBOX = 'mail-server.mailbox';
export const PROGRAMME = 'msp';
export const PERIOD = '2026-03';
/** One shard each where the run was opened on time. */
const ZONES = ['Europe/Berlin', 'America/New_York'];
const MSPS_PER_ZONE = 3;
const SITES_PER_MSP = 2;

export interface RoundDatabase {
  appUrl: string;
  /** Runs SQL as the owner, past every proxy. */
  ask<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Copies it; nobody else may be connected. */
  backUp(): Promise<void>;
  /** Puts the copy in its place. */
  restore(): Promise<void>;
  drop(): Promise<void>;
}

/** The month is over everywhere, and no other deadline has passed. */
const ON_TIME = new Date('2026-04-01T08:00:00Z');

export interface World {
  copy(how: { onTime: boolean }): Promise<RoundDatabase>;
}

async function asAdmin<T>(work: (client: pg.Client) => Promise<T>, database?: string): Promise<T> {
  const url = new URL(services().adminUrl);
  if (database !== undefined) url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.toString() });
  // A server that is stopped on purpose tells every connection.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export async function createWorld(seed: number): Promise<World> {
  const random = createRandom(seed, 'world');
  const made = await createTestDatabase();
  const month = monthFixture(made.db);
  await month.programme({ code: PROGRAMME, firstPeriod: PERIOD });
  const distributors = [
    await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' }),
    await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL', zone: 'Europe/Warsaw' }),
  ];
  const tiers = [{ upTo: 50, unitPrice: '2.005' }, { unitPrice: '1.5' }];
  await month.pricePlan({
    programme: PROGRAMME,
    currency: 'EUR',
    prices: { [MAILBOX]: { model: 'graduated', tiers } },
  });
  for (const [place, zone] of ZONES.entries()) {
    for (let index = 0; index < MSPS_PER_ZONE; index += 1) {
      const distributorId = distributors[index % distributors.length] ?? '';
      const mspId = await month.msp({ name: `MSP ${place} ${index}`, distributorId, programme: PROGRAMME, zone });
      for (let site = 0; site < SITES_PER_MSP; site += 1) {
        const of = await month.site({ mspId, name: `site ${site}`, programme: PROGRAMME });
        const peak = random.int(1, 120);
        const seen = { at: '2026-03-20T12:00:00Z', tenant: 'main', meter: MAILBOX } as const;
        // One reports nothing and is estimated; of one more was observed than it reports.
        const silent = zone === ZONES[0] && index === 0 && site === 0;
        if (silent || random.chance(0.3)) await month.checkIn(of, { ...seen, count: peak + 10 });
        if (!silent) await month.report(of, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
      }
    }
  }
  const source = new URL(made.ownerUrl).pathname.slice(1);
  const opened = `${source}_opened`;
  const copyOf = (from: string, name: string) =>
    asAdmin((client) => client.query(`create database ${name} template ${from}`));
  await made.db.close();
  await copyOf(source, opened);
  const openedUrl = new URL(made.appUrl);
  openedUrl.pathname = `/${opened}`;
  const db = connect(openedUrl.toString(), 1);
  await monthFixture(db).open(PERIOD, ON_TIME, PROGRAMME);
  await db.close();
  return {
    copy: async ({ onTime }) => {
      const name = `kontor_round_${randomBytes(6).toString('hex')}`;
      await copyOf(onTime ? opened : source, name);
      const url = new URL(services().adminUrl);
      url.pathname = `/${name}`;
      url.username = 'kontor_app';
      url.password = LOGIN_PASSWORD;
      return {
        appUrl: url.toString(),
        ask: (sql, values) => asAdmin(async (client) => (await client.query(sql, values)).rows, name),
        backUp: () =>
          asAdmin(async (client) => {
            await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
            await client.query(`create database ${name}_backup template ${name}`);
          }),
        restore: () =>
          asAdmin(async (client) => {
            await client.query(`drop database ${name} with (force)`);
            await client.query(`alter database ${name}_backup rename to ${name}`);
          }),
        drop: async () => {
          await asAdmin(async (client) => {
            await client.query(`drop database if exists ${name}_backup with (force)`);
            await client.query(`drop database ${name} with (force)`);
          });
        },
      };
    },
  };
}
