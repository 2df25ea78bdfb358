import type { Knex } from 'knex';

/** Releases of a programme's products. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A file that may be downloaded (rule 17), kept outside the database under the id. Announced with its checksum; published
    -- once a file with that checksum has come.
    create table software_release (
      id uuid primary key,
      programme_code text not null references programme,
      product text not null,
      version text not null,
      notes text not null,
      file_name text not null,
      sha256 bytea not null check (length(sha256) = 32),
      bytes bigint not null check (bytes > 0),
      announced_at timestamptz not null,
      announced_by jsonb not null,
      published_at timestamptz,
      withdrawn_at timestamptz,
      withdrawn_by jsonb,
      withdrawn_reason text,
      check (num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) in (0, 3))
    );
    -- A version names one file for good, unless it was withdrawn before anybody could have it.
    create unique index software_release_once on software_release (programme_code, product, kontor_version(version))
      where withdrawn_at is null or published_at is not null;
    create index software_release_by_time on software_release (programme_code, announced_at, id);

    -- It is published once and withdrawn once, and nothing else of it ever changes.
    create function kontor_keep_release() returns trigger language plpgsql as $$
    declare
      changing text[] := array['published_at', 'withdrawn_at', 'withdrawn_by', 'withdrawn_reason'];
    begin
      if to_jsonb(new) - changing is distinct from to_jsonb(old) - changing or old.withdrawn_at is not null
        or (old.published_at is not null and new.published_at is distinct from old.published_at) then
        raise exception 'a software release is published once and withdrawn once, and not changed'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger kept before update on software_release for each row execute function kontor_keep_release();
    create trigger frozen before delete on software_release for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on software_release execute function kontor_refuse_change();
  `);
}
