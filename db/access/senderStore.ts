import { actionsOf, SYSTEM_LEVELS, type SystemLevel } from '../../domain/access/levels.js';
import type { Rights } from '../../domain/access/may.js';
import { isAction, type Action } from '../../domain/access/actions.js';
import type { View } from '../../domain/access/views.js';
import { rows, type Database, type Trx } from '../connect.js';

/** Whoever sends a request and has proved it, and with which rights. */
export interface Sender extends Rights {
  kind: 'person' | 'service_account';
  id: string;
  name: string;
  /** What proved it, and its id: a token, or the session of a person at a browser. */
  credential: 'token' | 'session';
  credentialId: string;
  membershipId: string;
  companyName: string;
  /** The system level, or the one that the company's own level was copied from. */
  level: SystemLevel;
  /** Of a session through an identity provider, which vouches for the company of the membership alone; else null. */
  providerId: string | null;
}

interface SenderRow extends Omit<Sender, 'actions' | 'view' | 'credential' | 'providerId'> {
  view: View;
  providerId?: string | null;
  /** Of a company's own level; null: those of the system level. */
  actions: string[] | null;
  narrowedTo: SystemLevel | null;
}

function lower(one: SystemLevel, other: SystemLevel | null): SystemLevel {
  return other !== null && SYSTEM_LEVELS.indexOf(other) < SYSTEM_LEVELS.indexOf(one) ? other : one;
}

/** What a level gives, as far as it was not narrowed. */
function grantedTo({ level, actions, narrowedTo }: Pick<SenderRow, 'level' | 'actions' | 'narrowedTo'>): Set<Action> {
  const granted = actions?.filter(isAction) ?? actionsOf(level);
  const narrowed = narrowedTo === null ? granted : actionsOf(narrowedTo).filter((action) => granted.includes(action));
  return new Set(narrowed);
}

function toSender(credential: Sender['credential'], [row]: readonly SenderRow[]): Sender | undefined {
  if (row === undefined) return undefined;
  const { narrowedTo, providerId = null, ...sender } = row;
  const level = lower(sender.level, narrowedTo);
  return { ...sender, credential, providerId, level, actions: grantedTo(row) };
}

/**
 * What bounds what is the sender's own: a provider vouches for its company alone, and a token was issued for one. Null:
 * whoever proved to Kontor who she is sees and ends all that is hers.
 */
export interface Bounds {
  companyId: string;
  membershipId: string;
  providerId: string | null;
}

export function boundsOf({ credential, companyId, membershipId, providerId }: Sender): Bounds | null {
  return credential === 'session' && providerId === null ? null : { companyId, membershipId, providerId };
}

/** The sender that a token of this SHA-256 proves, as things are now; undefined: it is worth nothing. */
export async function findSenderByToken(db: Database, hash: Buffer): Promise<Sender | undefined> {
  return toSender('token', await db.statement<SenderRow>('select * from kontor_sender_by_token(?)', [hash]));
}

/** The same of a session's secret. */
export async function findSenderBySession(db: Database, hash: Buffer): Promise<Sender | undefined> {
  return toSender('session', await db.statement<SenderRow>('select * from kontor_sender_by_session(?)', [hash]));
}

/** Who acts by a membership in a view, as things are now, for what was asked for by it before; undefined: nobody any more. */
export async function findActing(
  trx: Trx,
  { membershipId, view }: Pick<Sender, 'membershipId' | 'view'>,
): Promise<(Rights & Pick<Sender, 'kind' | 'id' | 'name'>) | undefined> {
  type Row = Pick<SenderRow, 'kind' | 'id' | 'name' | 'companyId' | 'level' | 'actions' | 'tenants'>;
  const [row] = await rows<Row>(
    trx,
    'select kind, id, name, "companyId", level, actions, tenants from kontor_acting(:membershipId, :view)',
    { membershipId, view },
  );
  if (row === undefined) return undefined;
  const { kind, id, name, companyId, tenants } = row;
  return { kind, id, name, companyId, view, tenants, actions: grantedTo({ ...row, narrowedTo: null }) };
}
