import type { Knex } from 'knex';

/** Cases as work items: who looks after them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Whether what is kept with a case may go as it does (0013), as no statement of its month is left and nobody holds it.
    create function kontor_case_goes(entry_of uuid) returns boolean language sql stable as $$
      select exists (select from discrepancy d where d.id = $1 and d.period < (select kontor_least_year(8))::text
        and not kontor_is_held(d.msp_id, d.programme_code)
        and not exists (select from statement s where s.programme_code = d.programme_code and s.period = d.period
          and (d.msp_id is null or s.msp_id = d.msp_id))) $$;

    -- Who of the partner team looks after a case: its owner, and those who follow it. What has ended is its history.
    create table case_person (
      id uuid primary key,
      case_id uuid not null references discrepancy,
      person_id uuid not null references person,
      role text not null check (role in ('owner', 'additional')),
      from_at timestamptz not null,
      given_by jsonb not null,
      until_at timestamptz check (until_at >= from_at),
      ended_by jsonb,
      check ((until_at is null) = (ended_by is null))
    );
    create unique index case_person_owner on case_person (case_id) where role = 'owner' and until_at is null;
    create unique index case_person_once on case_person (case_id, person_id, role) where until_at is null;
    create index case_person_by_case on case_person (case_id, from_at, id);
    create index case_person_by_person on case_person (person_id) where until_at is null;
    call kontor_protect_team('case_person');
    call kontor_let_go('case_person', 'kontor_case_goes(case_id)', 'null::uuid', 'null::text');
  `);
}
