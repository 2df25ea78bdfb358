/** Plays the months in a process of its own: `play.js <database url> <smtp url>`. Run from a copy of dist/ with a fault in it. */
import { connect } from '../../db/connect.js';
import { playMonths } from './world.js';

const [databaseUrl = '', smtpUrl = ''] = process.argv.slice(2);
const db = connect(databaseUrl, 6);
try {
  await playMonths(db, smtpUrl);
} finally {
  await db.close();
}
