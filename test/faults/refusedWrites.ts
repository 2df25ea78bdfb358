import type { RoundDatabase } from './world.js';

/** What a database says that cannot do now what it could a moment ago. */
export const SQL_STATES = {
  'disk full': '53100',
  'out of memory': '53200',
  'too many connections': '53300',
  'serialization failure': '40001',
  deadlock: '40P01',
  'statement timeout': '57014',
} as const;

/** Written in each part of a month. */
export const WRITTEN = [
  'billing_run',
  'reconciled_site',
  'discrepancy',
  'run_participant',
  'statement',
  'statement_document',
  'billing_pack',
  'outbox',
] as const;

/** Has the database refuse all that is written to a table with that error, for a while. */
export async function refuseWrites(
  { ask }: Pick<RoundDatabase, 'ask'>,
  table: (typeof WRITTEN)[number],
  what: keyof typeof SQL_STATES,
  forMs: number,
): Promise<void> {
  await ask(
    `set lock_timeout = '5s';
     create function refuse_by_fault() returns trigger language plpgsql as
       $$ begin raise exception 'a fault: ${what}' using errcode = '${SQL_STATES[what]}'; end $$;
     create trigger refused before insert or update on ${table} for each statement execute function refuse_by_fault()`,
  );
  await new Promise((resolve) => setTimeout(resolve, forMs));
  for (;;) {
    try {
      await ask(`set lock_timeout = '5s'; drop function refuse_by_fault() cascade`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03') throw error;
    }
  }
}
