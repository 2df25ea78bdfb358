/** The process of a peer, with the same two messages as the floor's. */
import { once } from 'node:events';
import pg from 'pg';
import { z } from 'zod';
import { createMailer } from '../../delivery/index.js';
import { createRenderPool } from '../../statements/index.js';
import { PEERS, type Peer, type PeerName, type PeerParts } from './peer.js';

const THREADS = 2;
const CONNECTIONS = 4;
const KIB_A_MIB = 1_024;
const FROM = 'kontor@kontor.example';
const SETTING = z.object({ databaseUrl: z.string(), smtpUrl: z.string(), peer: z.enum(PEERS) });

/** Only the one that is asked for is loaded. */
const START: Record<PeerName, () => Promise<(parts: PeerParts) => Promise<Peer>>> = {
  'pg-boss': async () => (await import('./pgBoss.js')).startPgBoss,
  dbos: async () => (await import('./dbos.js')).startDbos,
};

// Whoever started it is gone.
process.once('disconnect', () => process.exit());

const [given] = (await once(process, 'message')) as [unknown];
const { databaseUrl, smtpUrl, peer: name } = SETTING.parse(given);
const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
const renderPool = createRenderPool({ threads: THREADS });
const mailer = createMailer({ smtpUrl, from: FROM });
const start = await START[name]();
const peer = await start({ pool, renderPool, mailer, databaseUrl });
process.send?.({ ready: true });
await once(process, 'message');
const begun = performance.now();
const made = await peer.close();
const totalMs = Math.round(performance.now() - begun);
process.send?.({ ...made, totalMs, peakMb: Math.round(process.resourceUsage().maxRSS / KIB_A_MIB) });
await peer.stop();
await mailer.close();
await renderPool.close();
await pool.end();
process.disconnect();
