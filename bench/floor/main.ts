/** The process of the floor: made ready by its parent's first message, started by the second, its answer is what it took. */
import { once } from 'node:events';
import pg from 'pg';
import { z } from 'zod';
import { createMailer } from '../../delivery/index.js';
import { createRenderPool } from '../../statements/index.js';
import { runFloor } from './run.js';

const THREADS = 2;
const CONNECTIONS = 4;
const KIB_A_MIB = 1_024;
const FROM = 'kontor@kontor.example';
const SETTING = z.object({ databaseUrl: z.string(), smtpUrl: z.string() });

// Whoever started it is gone.
process.once('disconnect', () => process.exit());

const [given] = (await once(process, 'message')) as [unknown];
const { databaseUrl, smtpUrl } = SETTING.parse(given);
const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS, options: '-c synchronous_commit=off' });
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);
await pool.query('select 1');
const renderPool = createRenderPool({ threads: THREADS });
const mailer = createMailer({ smtpUrl, from: FROM });
process.send?.({ ready: true });
await once(process, 'message');
const run = await runFloor({ pool, renderPool, mailer });
process.send?.({ ...run, peakMb: Math.round(process.resourceUsage().maxRSS / KIB_A_MIB) });
await mailer.close();
await renderPool.close();
await pool.end();
process.disconnect();
