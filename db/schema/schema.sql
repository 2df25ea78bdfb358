-- The sum of db/schema/migrations, written by `npm run schema`; a test compares it. Not run by anything.

CREATE OR REPLACE FUNCTION public.kontor_chain_audit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      last record;
      scope text := kontor_scope();
    begin
      perform pg_advisory_xact_lock(hashtext('kontor_audit_chain'));
      perform set_config('kontor.scope', 'all', true);
      select id, hash into last from audit_event order by id desc limit 1;
      new.id := coalesce(last.id, 0) + 1;
      new.previous_hash := coalesce(last.hash, '\x');
      new.hash := sha256(new.previous_hash || convert_to(jsonb_build_array(new.id, extract(epoch from new.at), new.actor,
        new.action, new.subject, new.msp_id, new.before, new.after, new.reason)::text, 'UTF8'));
      perform set_config('kontor.scope', scope, true);
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_check_in_partition(month date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
    declare
      first date := date_trunc('month', month);
      name text := 'check_in_' || to_char(first, 'YYYY_MM');
    begin
      if to_regclass('public.' || name) is not null then return; end if;
      perform pg_advisory_xact_lock(hashtext('kontor_check_in_partition'));
      execute format('create table if not exists public.%I partition of public.check_in for values from (%L) to (%L)',
        name, (first::timestamp at time zone 'UTC'), ((first + interval '1 month') at time zone 'UTC'));
      execute format('alter table public.%I set (autovacuum_vacuum_insert_scale_factor = 0.5)', name);
      -- The parent's policy guards what is read through it; read past it, a partition would show every MSP's rows.
      execute format('alter table public.%I enable row level security', name);
      execute format('alter table public.%I force row level security', name);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_comparable_number(number text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select upper(regexp_replace(number, '[^[:alnum:]]', '', 'g')) $function$;

CREATE OR REPLACE FUNCTION public.kontor_distributor()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('kontor.distributor_id', true), '')::uuid $function$;

CREATE OR REPLACE FUNCTION public.kontor_distributor_of(msp uuid, programme text, period text DEFAULT kontor_this_period())
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select distributor_id from participation_distributor
        where msp_id = $1 and programme_code = $2 and from_period <= $3 order by from_period desc limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_msp()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('kontor.msp_id', true), '')::uuid $function$;

CREATE OR REPLACE PROCEDURE public.kontor_protect(IN target regclass, IN reach text DEFAULT 'msp_id in (select id from msp)'::text)
 LANGUAGE plpgsql
AS $procedure$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format($policy$create policy visible on %s using (
          (select kontor_scope()) = 'all'
          or msp_id = (select kontor_msp())
          or ((select kontor_distributor()) is not null and %s)
        ) with check ((select kontor_scope()) = 'all' or msp_id = (select kontor_msp()))$policy$, target, reach);
    end $procedure$;

CREATE OR REPLACE FUNCTION public.kontor_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      raise exception 'rows of % are never changed or deleted once written', tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_require_approval()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if not exists (select from purchase_order o
        where o.msp_id = new.msp_id and o.id = new.order_id and o.state = 'approved') then
        raise exception 'a term licence needs an approved order' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_scope()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(current_setting('kontor.scope', true), '') $function$;

CREATE OR REPLACE FUNCTION public.kontor_settings(programme text, period text DEFAULT kontor_this_period())
 RETURNS SETOF programme_setting
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select * from programme_setting where programme_code = $1
        order by from_period <= $2 desc, case when from_period <= $2 then from_period end desc, from_period, version desc
        limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_this_period()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select to_char(now() at time zone 'UTC', 'YYYY-MM') $function$;

CREATE OR REPLACE FUNCTION public.kontor_zone(msp uuid, period text DEFAULT kontor_this_period())
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select zone from msp_zone where msp_id = $1 and from_period <= $2 order by from_period desc limit 1 $function$;

create table api_token (
  id uuid not null,
  name text not null,
  role text not null,
  msp_id uuid,
  distributor_id uuid,
  token_hash bytea not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint api_token_pkey PRIMARY KEY (id),
  constraint api_token_token_hash_key UNIQUE (token_hash),
  constraint api_token_check CHECK (((role = 'msp'::text) = (msp_id IS NOT NULL))),
  constraint api_token_check1 CHECK (((role = 'distributor'::text) = (distributor_id IS NOT NULL))),
  constraint api_token_role_check CHECK ((role = ANY (ARRAY['partner_team'::text, 'msp'::text, 'distributor'::text]))),
  constraint api_token_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint api_token_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id)
);
alter table api_token enable row level security;
alter table api_token force row level security;
create policy visible on api_token for all
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on api_token to kontor_app;

create table audit_event (
  id bigint not null,
  at timestamp with time zone not null,
  actor text not null,
  action text not null,
  subject text not null,
  msp_id uuid,
  before jsonb,
  after jsonb,
  reason text,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_event_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_event_by_subject ON public.audit_event USING btree (subject, id);
alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy appended on audit_event for insert
  with check (true);
create policy visible on audit_event for select
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
CREATE TRIGGER chain BEFORE INSERT ON public.audit_event FOR EACH ROW EXECUTE FUNCTION kontor_chain_audit();
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on audit_event to kontor_app;

create table billing_pack (
  id uuid not null,
  programme_code text not null,
  distributor_id uuid not null,
  period text not null,
  supplement integer not null,
  summary jsonb not null,
  summary_sha256 bytea not null,
  summary_pdf bytea not null,
  lines_csv bytea not null,
  made_at timestamp with time zone not null,
  constraint billing_pack_pkey PRIMARY KEY (id),
  constraint billing_pack_programme_code_distributor_id_period_supplemen_key UNIQUE (programme_code, distributor_id, period, supplement),
  constraint billing_pack_supplement_check CHECK ((supplement >= 0)),
  constraint billing_pack_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint billing_pack_programme_code_period_fkey FOREIGN KEY (programme_code, period) REFERENCES billing_run(programme_code, period)
);
alter table billing_pack enable row level security;
alter table billing_pack force row level security;
create policy visible on billing_pack for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.billing_pack FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on billing_pack to kontor_app;

create table billing_pack_statement (
  billing_pack_id uuid not null,
  msp_id uuid not null,
  statement_id uuid not null,
  constraint billing_pack_statement_pkey PRIMARY KEY (msp_id, statement_id),
  constraint billing_pack_statement_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint billing_pack_statement_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
CREATE INDEX billing_pack_statement_by_pack ON public.billing_pack_statement USING btree (billing_pack_id);
alter table billing_pack_statement enable row level security;
alter table billing_pack_statement force row level security;
create policy visible on billing_pack_statement for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.billing_pack_statement FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack_statement FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on billing_pack_statement to kontor_app;

create table billing_run (
  programme_code text not null,
  period text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  opened_by text not null,
  reason text,
  rules jsonb not null,
  released_at timestamp with time zone,
  released_by text,
  release_reason text,
  sealed_at timestamp with time zone,
  control_totals jsonb,
  seal bytea,
  constraint billing_run_pkey PRIMARY KEY (programme_code, period),
  constraint billing_run_check CHECK (((released_at IS NULL) = (released_by IS NULL))),
  constraint billing_run_period_check CHECK ((period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint billing_run_state_check CHECK ((state = ANY (ARRAY['open'::text, 'sealed'::text, 'skipped'::text]))),
  constraint billing_run_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant insert, select, update on billing_run to kontor_app;

create table check_in (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  observed_at timestamp with time zone not null,
  counted_at timestamp with time zone not null,
  sent_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  clock_offset_seconds integer not null,
  tenant_refs text[] not null,
  meters text[] not null,
  quantities integer[] not null,
  content_hash bytea not null,
  channel text not null,
  protocol_version integer not null,
  product_version text,
  backups_passed integer,
  backups_failed integer,
  backups_unknown integer,
  extra jsonb,
  constraint check_in_pkey PRIMARY KEY (msp_id, site_id, installation_id, observed_at),
  constraint check_in_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint check_in_protocol_version_check CHECK ((protocol_version > 0))
) partition by range (observed_at);
alter table check_in enable row level security;
alter table check_in force row level security;
create policy visible on check_in for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select on check_in to kontor_app;

create table discrepancy (
  id uuid not null default gen_random_uuid(),
  programme_code text not null,
  period text not null,
  msp_id uuid,
  kind text not null,
  handling text not null,
  site_id uuid,
  tenant_ref text,
  tenant_id uuid,
  meter text,
  evidence jsonb not null,
  state text not null,
  resolved_by text,
  decision text,
  decided_quantity integer,
  reason text,
  author text,
  second_author text,
  found_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  evidence_key text,
  constraint discrepancy_pkey PRIMARY KEY (id),
  constraint discrepancy_programme_code_period_msp_id_kind_site_id_tenan_key UNIQUE NULLS NOT DISTINCT (programme_code, period, msp_id, kind, site_id, tenant_ref, meter, evidence_key),
  constraint discrepancy_check CHECK (((state = 'settled'::text) = (resolved_by IS NOT NULL))),
  constraint discrepancy_handling_check CHECK ((handling = ANY (ARRAY['automatic'::text, 'review'::text, 'person'::text]))),
  constraint discrepancy_resolved_by_check CHECK ((resolved_by = ANY (ARRAY['rule'::text, 'default'::text, 'person'::text]))),
  constraint discrepancy_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text]))),
  constraint discrepancy_programme_code_period_msp_id_fkey FOREIGN KEY (programme_code, period, msp_id) REFERENCES run_participant(programme_code, period, msp_id)
);
CREATE INDEX discrepancy_by_msp ON public.discrepancy USING btree (msp_id, programme_code, period);
CREATE INDEX discrepancy_open ON public.discrepancy USING btree (programme_code, period, msp_id) WHERE (state = 'open'::text);
alter table discrepancy enable row level security;
alter table discrepancy force row level security;
create policy visible on discrepancy for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((programme_code, period, msp_id) IN ( SELECT run_participant.programme_code,
    run_participant.period,
    run_participant.msp_id
   FROM run_participant)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on discrepancy to kontor_app;

create table distributor (
  id uuid not null,
  code text not null,
  name text not null,
  registration_number text not null,
  address text[] not null,
  country text not null,
  email text not null,
  currency text not null,
  locale text not null,
  zone text not null,
  constraint distributor_pkey PRIMARY KEY (id),
  constraint distributor_code_key UNIQUE (code),
  constraint distributor_code_check CHECK ((code ~ '^[A-Z0-9]{2,8}$'::text))
);
grant insert, select, update on distributor to kontor_app;

create table document_content (
  sha256 bytea not null,
  content bytea not null,
  constraint document_content_pkey PRIMARY KEY (sha256),
  constraint document_content_sha256_check CHECK ((length(sha256) = 32))
);
grant insert, select on document_content to kontor_app;

create table enabled_product (
  msp_id uuid not null,
  programme_code text not null,
  product text not null,
  order_id uuid,
  enabled_at timestamp with time zone not null,
  enabled_by text not null,
  reason text,
  constraint enabled_product_pkey PRIMARY KEY (msp_id, programme_code, product),
  constraint enabled_product_msp_id_order_id_fkey FOREIGN KEY (msp_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint enabled_product_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
alter table enabled_product enable row level security;
alter table enabled_product force row level security;
create policy visible on enabled_product for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT participation.msp_id,
    participation.programme_code
   FROM participation)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select on enabled_product to kontor_app;

create table exchange_rate (
  source text not null,
  base text not null,
  currency text not null,
  day date not null,
  rate numeric not null,
  constraint exchange_rate_pkey PRIMARY KEY (source, base, currency, day),
  constraint exchange_rate_rate_check CHECK ((rate > (0)::numeric))
);
grant insert, select on exchange_rate to kontor_app;

create table former_key (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  metered_key_id uuid not null,
  until_at timestamp with time zone not null,
  constraint former_key_pkey PRIMARY KEY (msp_id, site_id, installation_id, metered_key_id),
  constraint former_key_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id),
  constraint former_key_msp_id_site_id_installation_id_fkey FOREIGN KEY (msp_id, site_id, installation_id) REFERENCES installation(msp_id, site_id, id)
);
alter table former_key enable row level security;
alter table former_key force row level security;
create policy visible on former_key for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on former_key to kontor_app;

create table idempotency_key (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  created_at timestamp with time zone not null,
  constraint idempotency_key_pkey PRIMARY KEY (principal, key)
);
grant delete, insert, select, update on idempotency_key to kontor_app;

create table installation (
  msp_id uuid not null,
  site_id uuid not null,
  id uuid not null,
  metered_key_id uuid not null,
  enrolled_by text not null,
  product_version text not null,
  activated_at timestamp with time zone not null,
  last_heard_at timestamp with time zone,
  product_version_seen text,
  replaced_by uuid,
  replaced_at timestamp with time zone,
  replaced_for_free boolean,
  retired_at timestamp with time zone,
  constraint installation_pkey PRIMARY KEY (msp_id, site_id, id),
  constraint installation_check CHECK ((((replaced_by IS NULL) = (replaced_at IS NULL)) AND ((replaced_by IS NULL) = (replaced_for_free IS NULL)))),
  constraint installation_check1 CHECK ((replaced_by <> id)),
  constraint installation_enrolled_by_check CHECK ((enrolled_by = ANY (ARRAY['key'::text, 'token'::text]))),
  constraint installation_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id),
  constraint installation_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint installation_msp_id_site_id_replaced_by_fkey FOREIGN KEY (msp_id, site_id, replaced_by) REFERENCES installation(msp_id, site_id, id)
);
alter table installation enable row level security;
alter table installation force row level security;
create policy visible on installation for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on installation to kontor_app;

create table metered_key (
  msp_id uuid not null,
  id uuid not null,
  kind text not null,
  site_id uuid,
  tenant_id uuid,
  programme_code text,
  product text,
  key_hash bytea not null,
  state text not null,
  issued_at timestamp with time zone not null,
  ended_how text,
  ended_at timestamp with time zone,
  reason text,
  constraint metered_key_pkey PRIMARY KEY (msp_id, id),
  constraint metered_key_key_hash_key UNIQUE (key_hash),
  constraint metered_key_check CHECK (((site_id IS NULL) = ((tenant_id IS NOT NULL) AND (programme_code IS NOT NULL) AND (product IS NOT NULL)))),
  constraint metered_key_check1 CHECK (((ended_how IS NULL) = (ended_at IS NULL))),
  constraint metered_key_check2 CHECK (((state = ANY (ARRAY['issued'::text, 'active'::text])) = (ended_how IS NULL))),
  constraint metered_key_ended_how_check CHECK ((ended_how = ANY (ARRAY['disabled'::text, 'revoked'::text, 'destroyed'::text, 'rotated'::text]))),
  constraint metered_key_kind_check CHECK ((kind = ANY (ARRAY['metered'::text, 'additional'::text]))),
  constraint metered_key_state_check CHECK ((state = ANY (ARRAY['issued'::text, 'active'::text, 'disabled'::text, 'revoked'::text, 'destroyed'::text]))),
  constraint metered_key_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint metered_key_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint metered_key_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX metered_key_by_site ON public.metered_key USING btree (msp_id, site_id);
CREATE UNIQUE INDEX metered_key_one_live ON public.metered_key USING btree (msp_id, site_id) WHERE ((kind = 'metered'::text) AND (state = ANY (ARRAY['issued'::text, 'active'::text, 'disabled'::text])));
alter table metered_key enable row level security;
alter table metered_key force row level security;
create policy visible on metered_key for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR (((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site))) OR ((tenant_id IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT participation.msp_id,
    participation.programme_code
   FROM participation))))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on metered_key to kontor_app;

create table msp (
  id uuid not null,
  name text not null,
  registration_number text not null,
  address text[] not null,
  country text not null,
  contact_name text not null,
  email text not null,
  mail_domain text not null,
  locale text not null,
  registered_at timestamp with time zone not null,
  constraint msp_pkey PRIMARY KEY (id)
);
CREATE INDEX msp_by_mail_domain ON public.msp USING btree (mail_domain);
CREATE INDEX msp_by_registration_number ON public.msp USING btree (kontor_comparable_number(registration_number));
alter table msp enable row level security;
alter table msp force row level security;
create policy msp_visible on msp for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (id = ( SELECT kontor_msp() AS kontor_msp)) OR (id IN ( SELECT participation_distributor.msp_id
   FROM participation_distributor
  WHERE (participation_distributor.distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))))))
  with check ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on msp to kontor_app;

create table msp_zone (
  msp_id uuid not null,
  from_period text not null,
  zone text not null,
  constraint msp_zone_pkey PRIMARY KEY (msp_id, from_period),
  constraint msp_zone_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id)
);
alter table msp_zone enable row level security;
alter table msp_zone force row level security;
create policy visible on msp_zone for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (msp_id IN ( SELECT msp.id
   FROM msp)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on msp_zone to kontor_app;

create table outbox (
  id bigint not null generated always as identity,
  message_id text not null,
  kind text not null,
  locale text not null,
  recipient text not null,
  params jsonb not null,
  programme_code text,
  period text,
  msp_id uuid,
  distributor_id uuid,
  statement_id uuid,
  billing_pack_id uuid,
  state text not null default 'pending'::text,
  attempts integer not null default 0,
  not_before timestamp with time zone not null,
  claimed_at timestamp with time zone,
  claimed_by text,
  last_response text,
  sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_message_id_key UNIQUE (message_id),
  constraint outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'bounced'::text, 'uncertain'::text, 'parked'::text]))),
  constraint outbox_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint outbox_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint outbox_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint outbox_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code),
  constraint outbox_statement_id_fkey FOREIGN KEY (statement_id) REFERENCES statement(id)
);
CREATE INDEX outbox_by_period ON public.outbox USING btree (programme_code, period, state);
CREATE INDEX outbox_due ON public.outbox USING btree (not_before, id) WHERE (state = 'pending'::text);
CREATE INDEX outbox_sending ON public.outbox USING btree (claimed_at) WHERE (state = 'sending'::text);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy visible on outbox for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on outbox to kontor_app;

create table participation (
  msp_id uuid not null,
  programme_code text not null,
  state text not null,
  joined_period text,
  left_period text,
  duplicate_of uuid[] not null default '{}'::uuid[],
  applied_at timestamp with time zone not null,
  decide_until timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  decision_reason text,
  constraint participation_pkey PRIMARY KEY (msp_id, programme_code),
  constraint participation_check CHECK ((left_period >= joined_period)),
  constraint participation_check1 CHECK (((joined_period IS NULL) = (state = ANY (ARRAY['applied'::text, 'rejected'::text, 'expired'::text])))),
  constraint participation_state_check CHECK ((state = ANY (ARRAY['applied'::text, 'approved'::text, 'suspended'::text, 'left'::text, 'rejected'::text, 'expired'::text]))),
  constraint participation_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint participation_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX participation_by_programme ON public.participation USING btree (programme_code, applied_at);
alter table participation enable row level security;
alter table participation force row level security;
create policy visible on participation for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT participation_distributor.msp_id,
    participation_distributor.programme_code
   FROM participation_distributor)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on participation to kontor_app;

create table participation_distributor (
  msp_id uuid not null,
  programme_code text not null,
  from_period text not null,
  distributor_id uuid not null,
  constraint participation_distributor_pkey PRIMARY KEY (msp_id, programme_code, from_period),
  constraint participation_distributor_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint participation_distributor_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
CREATE INDEX participation_distributor_by_distributor ON public.participation_distributor USING btree (distributor_id);
alter table participation_distributor enable row level security;
alter table participation_distributor force row level security;
create policy visible on participation_distributor for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))))
  with check ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on participation_distributor to kontor_app;

create table price_plan (
  id uuid not null,
  programme_code text not null,
  name text not null,
  distributor_id uuid,
  currency text not null,
  from_period text not null,
  until_period text,
  monthly_minimum_minor bigint,
  first_month text not null,
  prices jsonb not null,
  term_prices jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null,
  constraint price_plan_pkey PRIMARY KEY (id),
  constraint price_plan_check CHECK ((until_period >= from_period)),
  constraint price_plan_first_month_check CHECK ((first_month = ANY (ARRAY['billed'::text, 'unbilled'::text]))),
  constraint price_plan_monthly_minimum_minor_check CHECK ((monthly_minimum_minor >= 0)),
  constraint price_plan_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint price_plan_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX price_plan_by_programme ON public.price_plan USING btree (programme_code, from_period);
grant insert, select, update on price_plan to kontor_app;

create table programme (
  code text not null,
  name text not null,
  vendor jsonb not null,
  base_currency text not null,
  first_period text not null,
  last_period text,
  created_at timestamp with time zone not null,
  constraint programme_pkey PRIMARY KEY (code),
  constraint programme_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
  constraint programme_first_period_check CHECK ((first_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint programme_last_period_check CHECK ((last_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text))
);
grant insert, select, update on programme to kontor_app;

create table programme_document (
  programme_code text not null,
  name text not null,
  language text not null,
  version integer not null,
  audience text not null,
  title text not null,
  content_type text not null,
  sha256 bytea not null,
  published_at timestamp with time zone not null,
  published_by text not null,
  withdrawn_at timestamp with time zone,
  constraint programme_document_pkey PRIMARY KEY (programme_code, name, language, version),
  constraint programme_document_audience_check CHECK ((audience = ANY (ARRAY['msp'::text, 'distributor'::text, 'partner_team'::text]))),
  constraint programme_document_version_check CHECK ((version > 0)),
  constraint programme_document_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code),
  constraint programme_document_sha256_fkey FOREIGN KEY (sha256) REFERENCES document_content(sha256)
);
grant insert, select, update on programme_document to kontor_app;

create table programme_setting (
  programme_code text not null,
  version integer not null,
  from_period text not null,
  zone text not null,
  settings jsonb not null,
  set_at timestamp with time zone not null,
  set_by text not null,
  reason text,
  constraint programme_setting_pkey PRIMARY KEY (programme_code, version),
  constraint programme_setting_version_check CHECK ((version > 0)),
  constraint programme_setting_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant insert, select on programme_setting to kontor_app;

create table purchase_order (
  msp_id uuid not null,
  id uuid not null,
  programme_code text not null,
  kind text not null,
  product text not null,
  site_id uuid,
  tenant_id uuid,
  meter text,
  count integer,
  years integer,
  licence_id uuid,
  starts_on date,
  unit_price numeric,
  price_currency text not null,
  billing text,
  amount_minor bigint not null,
  price_plan_id uuid,
  state text not null,
  placed_at timestamp with time zone not null,
  placed_by text not null,
  placed_view text not null,
  decide_until timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  decided_how text,
  reason text,
  constraint purchase_order_pkey PRIMARY KEY (msp_id, id),
  constraint purchase_order_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint purchase_order_billing_check CHECK ((billing = ANY (ARRAY['whole'::text, 'twelfths'::text]))),
  constraint purchase_order_check CHECK (((state = 'placed'::text) = (decided_at IS NULL))),
  constraint purchase_order_check1 CHECK (((kind = 'product'::text) OR ((site_id IS NOT NULL) AND (meter IS NOT NULL) AND (count IS NOT NULL) AND (unit_price IS NOT NULL) AND (billing IS NOT NULL) AND (price_plan_id IS NOT NULL)))),
  constraint purchase_order_count_check CHECK ((count > 0)),
  constraint purchase_order_decided_how_check CHECK ((decided_how = ANY (ARRAY['rule'::text, 'person'::text]))),
  constraint purchase_order_kind_check CHECK ((kind = ANY (ARRAY['licence'::text, 'extension'::text, 'renewal'::text, 'product'::text]))),
  constraint purchase_order_state_check CHECK ((state = ANY (ARRAY['placed'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text]))),
  constraint purchase_order_unit_price_check CHECK ((unit_price >= (0)::numeric)),
  constraint purchase_order_years_check CHECK (((years >= 1) AND (years <= 5))),
  constraint purchase_order_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint purchase_order_msp_id_licence_id_fkey FOREIGN KEY (msp_id, licence_id) REFERENCES term_licence(msp_id, id),
  constraint purchase_order_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint purchase_order_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id),
  constraint purchase_order_price_plan_id_fkey FOREIGN KEY (price_plan_id) REFERENCES price_plan(id),
  constraint purchase_order_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX purchase_order_by_state ON public.purchase_order USING btree (programme_code, state, placed_at);
alter table purchase_order enable row level security;
alter table purchase_order force row level security;
create policy visible on purchase_order for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT participation.msp_id,
    participation.programme_code
   FROM participation)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on purchase_order to kontor_app;

create table reconciled_site (
  programme_code text not null,
  period text not null,
  msp_id uuid not null,
  site_id uuid not null,
  facts jsonb not null,
  reconciled_at timestamp with time zone not null,
  constraint reconciled_site_pkey PRIMARY KEY (programme_code, period, msp_id, site_id),
  constraint reconciled_site_programme_code_period_msp_id_fkey FOREIGN KEY (programme_code, period, msp_id) REFERENCES run_participant(programme_code, period, msp_id)
);
alter table reconciled_site enable row level security;
alter table reconciled_site force row level security;
create policy visible on reconciled_site for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((programme_code, period, msp_id) IN ( SELECT run_participant.programme_code,
    run_participant.period,
    run_participant.msp_id
   FROM run_participant)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select on reconciled_site to kontor_app;

create table refused_message (
  id bigint not null generated always as identity,
  received_at timestamp with time zone not null,
  code text not null,
  detail text not null,
  claimed_period text,
  claimed_site text,
  key_fingerprint text,
  msp_id uuid,
  constraint refused_message_pkey PRIMARY KEY (id),
  constraint refused_message_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id)
);
CREATE INDEX refused_message_by_period ON public.refused_message USING btree (claimed_period, code);
alter table refused_message enable row level security;
alter table refused_message force row level security;
create policy visible on refused_message for all
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select on refused_message to kontor_app;

create table run_participant (
  programme_code text not null,
  period text not null,
  msp_id uuid not null,
  distributor_id uuid not null,
  zone text not null,
  shard integer not null,
  "position" integer not null,
  state text not null,
  parked_reason text,
  parked_code text,
  parked_until timestamp with time zone,
  constraint run_participant_pkey PRIMARY KEY (programme_code, period, msp_id),
  constraint run_participant_programme_code_period_shard_position_key UNIQUE (programme_code, period, shard, "position"),
  constraint run_participant_state_check CHECK ((state = ANY (ARRAY['open'::text, 'parked'::text, 'issued'::text]))),
  constraint run_participant_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint run_participant_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint run_participant_programme_code_period_shard_fkey FOREIGN KEY (programme_code, period, shard) REFERENCES run_shard(programme_code, period, shard)
);
alter table run_participant enable row level security;
alter table run_participant force row level security;
create policy visible on run_participant for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on run_participant to kontor_app;

create table run_shard (
  programme_code text not null,
  period text not null,
  shard integer not null,
  zone text not null,
  stage text not null,
  month_end timestamp with time zone not null,
  collect_until timestamp with time zone not null,
  review_until timestamp with time zone not null,
  issue_from timestamp with time zone not null,
  mailed_by timestamp with time zone not null,
  statement_date date not null,
  constraint run_shard_pkey PRIMARY KEY (programme_code, period, shard),
  constraint run_shard_stage_check CHECK ((stage = ANY (ARRAY['collect'::text, 'gate'::text, 'reconcile'::text, 'review'::text, 'issue'::text, 'done'::text]))),
  constraint run_shard_programme_code_period_fkey FOREIGN KEY (programme_code, period) REFERENCES billing_run(programme_code, period)
);
grant insert, select, update on run_shard to kontor_app;

create table signing_key (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  id text not null,
  public_key bytea not null,
  registered_at timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint signing_key_pkey PRIMARY KEY (msp_id, id),
  constraint signing_key_id_key UNIQUE (id),
  constraint signing_key_public_key_check CHECK ((length(public_key) = 32)),
  constraint signing_key_msp_id_site_id_installation_id_fkey FOREIGN KEY (msp_id, site_id, installation_id) REFERENCES installation(msp_id, site_id, id)
);
CREATE INDEX signing_key_by_installation ON public.signing_key USING btree (msp_id, site_id, installation_id);
alter table signing_key enable row level security;
alter table signing_key force row level security;
create policy visible on signing_key for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on signing_key to kontor_app;

create table site (
  msp_id uuid not null,
  id uuid not null,
  programme_code text not null,
  name text not null,
  product text not null,
  kind text not null,
  channel text not null,
  from_period text not null,
  state text not null,
  contact text not null default 'ok'::text,
  created_at timestamp with time zone not null,
  activated_at timestamp with time zone,
  remind_at timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  last_contact_at timestamp with time zone,
  constraint site_pkey PRIMARY KEY (msp_id, id),
  constraint site_id_key UNIQUE (id),
  constraint site_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint site_contact_check CHECK ((contact = ANY (ARRAY['ok'::text, 'warned'::text, 'blocked'::text, 'disabled'::text]))),
  constraint site_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint site_kind_check CHECK ((kind = ANY (ARRAY['managed'::text, 'standalone'::text]))),
  constraint site_state_check CHECK ((state = ANY (ARRAY['created'::text, 'active'::text, 'retired'::text]))),
  constraint site_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint site_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
CREATE UNIQUE INDEX site_name_in_use ON public.site USING btree (msp_id, name) WHERE (state <> 'retired'::text);
alter table site enable row level security;
alter table site force row level security;
create policy visible on site for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT participation.msp_id,
    participation.programme_code
   FROM participation)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on site to kontor_app;

create table site_tenant (
  msp_id uuid not null,
  site_id uuid not null,
  reference text not null,
  tenant_id uuid not null,
  from_period text not null,
  until_period text,
  constraint site_tenant_pkey PRIMARY KEY (msp_id, site_id, reference, from_period),
  constraint site_tenant_check CHECK ((until_period > from_period)),
  constraint site_tenant_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint site_tenant_reference_check CHECK ((length(reference) <= 500)),
  constraint site_tenant_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint site_tenant_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX site_tenant_by_tenant ON public.site_tenant USING btree (msp_id, tenant_id);
CREATE UNIQUE INDEX site_tenant_open ON public.site_tenant USING btree (msp_id, site_id, reference) WHERE (until_period IS NULL);
alter table site_tenant enable row level security;
alter table site_tenant force row level security;
create policy visible on site_tenant for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant delete, insert, select, update on site_tenant to kontor_app;

create table statement (
  id uuid not null,
  programme_code text not null,
  msp_id uuid not null,
  distributor_id uuid not null,
  period text not null,
  revision integer not null,
  number text not null,
  sequence integer not null,
  year integer not null,
  statement_date date not null,
  currency text not null,
  total_minor bigint not null,
  line_count integer not null,
  content jsonb not null,
  template_version integer not null,
  content_hash bytea not null,
  previous_hash bytea not null,
  chain_hash bytea not null,
  issued_at timestamp with time zone not null,
  constraint statement_pkey PRIMARY KEY (id),
  constraint statement_msp_id_id_key UNIQUE (msp_id, id),
  constraint statement_msp_id_programme_code_period_revision_key UNIQUE (msp_id, programme_code, period, revision),
  constraint statement_number_key UNIQUE (number),
  constraint statement_programme_code_distributor_id_year_sequence_key UNIQUE (programme_code, distributor_id, year, sequence),
  constraint statement_revision_check CHECK ((revision > 0)),
  constraint statement_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint statement_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint statement_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX statement_by_period ON public.statement USING btree (programme_code, period, distributor_id);
alter table statement enable row level security;
alter table statement force row level security;
create policy visible on statement for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement to kontor_app;

create table statement_document (
  msp_id uuid not null,
  statement_id uuid not null,
  sha256 bytea not null,
  pages integer not null,
  pdf bytea not null storage external,
  rendered_at timestamp with time zone not null,
  constraint statement_document_pkey PRIMARY KEY (msp_id, statement_id),
  constraint statement_document_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
alter table statement_document enable row level security;
alter table statement_document force row level security;
create policy visible on statement_document for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement_document FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement_document FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement_document to kontor_app;

create table statement_line (
  msp_id uuid not null,
  statement_id uuid not null,
  line_no integer not null,
  programme_code text not null,
  period text not null,
  kind text not null,
  site_id uuid,
  tenant_ref text,
  tenant_id uuid,
  meter text,
  peak integer,
  quantity integer,
  basis text,
  for_period text,
  amount_minor bigint not null,
  content jsonb not null,
  constraint statement_line_pkey PRIMARY KEY (msp_id, statement_id, line_no),
  constraint statement_line_kind_check CHECK ((kind = ANY (ARRAY['usage'::text, 'correction'::text, 'minimum'::text, 'term'::text, 'extension'::text]))),
  constraint statement_line_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
CREATE INDEX statement_line_by_correction ON public.statement_line USING btree (msp_id, for_period, site_id) WHERE (kind = 'correction'::text);
CREATE INDEX statement_line_by_usage ON public.statement_line USING btree (msp_id, period, site_id) WHERE (kind = 'usage'::text);
alter table statement_line enable row level security;
alter table statement_line force row level security;
create policy visible on statement_line for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement_line FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement_line FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement_line to kontor_app;

create table statement_number (
  programme_code text not null,
  distributor_id uuid not null,
  year integer not null,
  last integer not null,
  chain_hash bytea not null,
  constraint statement_number_pkey PRIMARY KEY (programme_code, distributor_id, year),
  constraint statement_number_last_check CHECK ((last >= 0)),
  constraint statement_number_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint statement_number_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant insert, select, update on statement_number to kontor_app;

create table tenant (
  msp_id uuid not null,
  id uuid not null,
  parent_id uuid,
  ref text not null,
  name text not null,
  state text not null,
  closed_from text,
  created_at timestamp with time zone not null,
  constraint tenant_pkey PRIMARY KEY (msp_id, id),
  constraint tenant_msp_id_ref_key UNIQUE (msp_id, ref),
  constraint tenant_closed_from_check CHECK ((closed_from ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint tenant_state_check CHECK ((state = ANY (ARRAY['onboarding'::text, 'active'::text, 'closed'::text]))),
  constraint tenant_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp(id),
  constraint tenant_msp_id_parent_id_fkey FOREIGN KEY (msp_id, parent_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX tenant_by_parent ON public.tenant USING btree (msp_id, parent_id);
alter table tenant enable row level security;
alter table tenant force row level security;
create policy visible on tenant for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (msp_id IN ( SELECT msp.id
   FROM msp)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select, update on tenant to kontor_app;

create table term_licence (
  msp_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  tenant_id uuid,
  meter text not null,
  count integer not null,
  starts_on date not null,
  ends_on date not null,
  agreed_until date not null,
  order_id uuid not null,
  extends uuid,
  renews uuid,
  term_starts_on date not null,
  years integer not null,
  unit_price numeric not null,
  price_currency text not null,
  billing text not null,
  instalments integer not null,
  ended_at timestamp with time zone,
  ended_by text,
  end_reason text,
  constraint term_licence_pkey PRIMARY KEY (msp_id, id),
  constraint term_licence_order_id_key UNIQUE (order_id),
  constraint term_licence_billing_check CHECK ((billing = ANY (ARRAY['whole'::text, 'twelfths'::text]))),
  constraint term_licence_check CHECK ((ends_on >= starts_on)),
  constraint term_licence_check1 CHECK (((agreed_until > starts_on) AND (agreed_until >= ends_on))),
  constraint term_licence_count_check CHECK ((count > 0)),
  constraint term_licence_instalments_check CHECK (((instalments >= 1) AND (instalments <= 60))),
  constraint term_licence_unit_price_check CHECK ((unit_price >= (0)::numeric)),
  constraint term_licence_years_check CHECK (((years >= 1) AND (years <= 5))),
  constraint term_licence_msp_id_extends_fkey FOREIGN KEY (msp_id, extends) REFERENCES term_licence(msp_id, id),
  constraint term_licence_msp_id_order_id_fkey FOREIGN KEY (msp_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint term_licence_msp_id_renews_fkey FOREIGN KEY (msp_id, renews) REFERENCES term_licence(msp_id, id),
  constraint term_licence_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint term_licence_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX term_licence_by_site ON public.term_licence USING btree (msp_id, site_id);
alter table term_licence enable row level security;
alter table term_licence force row level security;
create policy visible on term_licence for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
CREATE TRIGGER approved AFTER INSERT OR UPDATE OF order_id ON public.term_licence FOR EACH ROW EXECUTE FUNCTION kontor_require_approval();
grant insert, select, update on term_licence to kontor_app;

create table territory (
  programme_code text not null,
  country text not null,
  distributor_id uuid not null,
  opens_on date not null,
  closes_on date,
  constraint territory_pkey PRIMARY KEY (programme_code, country),
  constraint territory_check CHECK ((closes_on > opens_on)),
  constraint territory_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor(id),
  constraint territory_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant delete, insert, select, update on territory to kontor_app;

create table usage_report (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  period text not null,
  revision integer not null,
  sent_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  clock_offset_seconds integer not null,
  tenant_refs text[] not null,
  meters text[] not null,
  peaks integer[] not null,
  content_hash bytea not null,
  channel text not null,
  protocol_version integer not null,
  product_version text,
  extra jsonb,
  constraint usage_report_pkey PRIMARY KEY (msp_id, site_id, installation_id, period, revision),
  constraint usage_report_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint usage_report_period_check CHECK ((period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint usage_report_protocol_version_check CHECK ((protocol_version > 0)),
  constraint usage_report_revision_check CHECK ((revision > 0))
);
CREATE INDEX usage_report_by_period ON public.usage_report USING btree (period, msp_id, site_id);
alter table usage_report enable row level security;
alter table usage_report force row level security;
create policy visible on usage_report for all
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site)))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
grant insert, select on usage_report to kontor_app;

create table used_nonce (
  signing_key_id text not null,
  nonce text not null,
  used_at timestamp with time zone not null,
  constraint used_nonce_pkey PRIMARY KEY (signing_key_id, nonce)
);
CREATE INDEX used_nonce_by_time ON public.used_nonce USING btree (used_at);
grant delete, insert, select on used_nonce to kontor_app;

create table waiting_list (
  id uuid not null,
  programme_code text not null,
  country text not null,
  email text not null,
  locale text not null,
  asked_at timestamp with time zone not null,
  told_at timestamp with time zone,
  constraint waiting_list_pkey PRIMARY KEY (id),
  constraint waiting_list_programme_code_country_email_key UNIQUE (programme_code, country, email),
  constraint waiting_list_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
alter table waiting_list enable row level security;
alter table waiting_list force row level security;
create policy visible on waiting_list for all
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on waiting_list to kontor_app;
