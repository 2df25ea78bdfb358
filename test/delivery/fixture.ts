import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drain, type DrainOutboxInput, type DrainOutboxResult } from '../../activities/mailing/drain.js';
import type { RestoredWatch } from '../../activities/mailing/restoredWatch.js';
import { KONTOR } from '../../domain/access/actor.js';
import { ALL } from '../../db/connect.js';
import { insertDistributor } from '../../db/parties/distributorStore.js';
import { insertMsp } from '../../db/parties/mspStore.js';
import { enqueueMails, type OutgoingMail } from '../../db/outbox/outboxStore.js';
import { createMailer, type Mailer } from '../../delivery/index.js';
import { startInbox, type Inbox, type InboxOptions } from '../../embedded/inbox/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { NO_RESTORE } from '../support/noRestore.js';

export const NOW = new Date('2026-04-06T06:00:00Z');
export const PERIOD = '2026-03';
export const FROM = 'kontor@kontor.example';

export interface OutboxRow {
  id: string;
  message_id: string;
  kind: string;
  state: string;
  attempts: number;
  recipient: string;
  not_before: Date;
  last_response: string | null;
}

/** A mail, or one that no caller can make: what stands in the outbox may be broken all the same. */
type MailToSend = Partial<Omit<OutgoingMail, 'params'>> & { params?: object };

/** A database with one distributor and one MSP, an inbox, and mails to send. */
export interface MailHouse {
  database: TestDatabase;
  inbox: Inbox;
  mailer: Mailer;
  distributorId: string;
  mspId: string;
  /** Issues a statement of its own MSP; with its document where `pdf` is given. Puts its mail into the outbox. */
  statement(sequence: number, pdf: Buffer | null, to?: string): Promise<string>;
  document(statementId: string, pdf: Buffer): Promise<void>;
  enqueue(mails: readonly MailToSend[]): Promise<void>;
  drain(
    input?: DrainOutboxInput,
    place?: { claimant?: string; mailer?: Mailer; signal?: AbortSignal; restores?: RestoredWatch },
  ): Promise<DrainOutboxResult>;
  outbox(): Promise<OutboxRow[]>;
  source(id: number): Promise<string>;
  close(): Promise<void>;
}

export const NOTHING: DrainOutboxResult = {
  sent: 0,
  deferred: 0,
  bounced: 0,
  uncertain: 0,
  parked: 0,
  nextDueMs: null,
};

export async function mailHouse(options: Partial<InboxOptions> = {}): Promise<MailHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-mail-'));
  const [database, inbox] = await Promise.all([createTestDatabase(), startInbox({ dataDir, ...options })]);
  const mailer = createMailer({ smtpUrl: inbox.smtpUrl, from: FROM });
  const distributorId = randomUUID();
  const mspId = randomUUID();
  await monthFixture(database.db).programme();
  await database.db.transaction(ALL, (trx) =>
    insertDistributor(
      trx,
      {
        id: distributorId,
        code: 'IT',
        name: 'Distributor Italy',
        registrationNumber: '1',
        address: [],
        country: 'IT',
        email: 'billing@distributor.example',
        currency: 'EUR',
        locale: 'it',
        zone: 'Europe/Rome',
      },
      { at: NOW, by: KONTOR },
    ),
  );
  const addMsp = (id: string, name: string) =>
    database.db.transaction(ALL, (trx) =>
      insertMsp(
        trx,
        {
          id,
          name,
          registrationNumber: id,
          address: [],
          country: 'IT',
          contactName: 'Someone',
          email: 'billing@alpha.example',
          locale: 'en',
          zone: 'Europe/Rome',
        },
        { at: NOW, by: KONTOR },
      ),
    );
  await addMsp(mspId, 'MSP Alpha');

  const house: MailHouse = {
    database,
    inbox,
    mailer,
    distributorId,
    mspId,
    statement: async (sequence, pdf, to = `msp-${sequence}@alpha.example`) => {
      const id = randomUUID();
      const msp = randomUUID();
      const number = `IT-2026-${String(sequence).padStart(6, '0')}`;
      await addMsp(msp, `MSP ${sequence}`);
      await database.asOwner(
        `insert into statement (id, programme_code, msp_id, distributor_id, period, revision, number, sequence, year, statement_date,
           currency, total_minor, line_count, content, template_version, content_hash, previous_hash, chain_hash, issued_at)
         values ($1, 'msp', $2, $3, $4, 1, $5, $6, 2026, '2026-04-06', 'EUR', 100, 0, '{}', 1, '', '', '', $7)`,
        [id, msp, distributorId, PERIOD, number, sequence, NOW],
      );
      if (pdf !== null) await house.document(id, pdf);
      await house.enqueue([
        {
          messageId: `statement.${number}@kontor.example`,
          kind: 'statementIssued',
          to: { address: to },
          mspId: msp,
          statementId: id,
          programme: 'msp',
          period: PERIOD,
          params: {
            vendorName: 'Vendor',
            distributorName: 'Distributor Italy',
            mspName: `MSP ${sequence}`,
            number,
            period: PERIOD,
            total: { amount: '1.00', currency: 'EUR' },
            estimatedLines: 0,
            correctionLines: 0,
          },
        },
      ]);
      return id;
    },
    document: async (statementId, pdf) => {
      await database.asOwner(
        `insert into statement_document (msp_id, statement_id, sha256, pages, pdf, rendered_at)
         select msp_id, id, sha256($2), 1, $2, $3 from statement where id = $1`,
        [statementId, pdf, NOW],
      );
    },
    enqueue: async (mails) => {
      const whole = mails.map((mail, n) => ({
        messageId: `mail.${n}@kontor.example`,
        kind: 'registrationExpired',
        locale: 'en',
        to: { address: `msp-${n}@alpha.example` },
        params: { vendorName: 'Vendor', days: 30 },
        notBefore: NOW,
        ...mail,
      }));
      await database.db.transaction(ALL, (trx) => enqueueMails(trx, whole as OutgoingMail[], NOW));
    },
    drain: (input = {}, place = {}) =>
      drain(
        {
          ...{ db: database.db, publicUrl: 'https://kontor.example' },
          ...{ mailer: place.mailer ?? mailer, restores: place.restores ?? NO_RESTORE },
        },
        input,
        {
          claimant: place.claimant ?? randomUUID(),
          before: NOTHING,
          signal: place.signal ?? new AbortController().signal,
          heartbeat: () => undefined,
        },
      ),
    outbox: () => database.asOwner<OutboxRow>('select * from outbox order by id'),
    source: async (id) => (await inbox.source(id)).toString('utf8'),
    close: async () => {
      await mailer.close();
      await inbox.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return house;
}
