import { formatMeteredKey } from '../../domain/key.js';
import { UnexpectedAnswer } from '../apiClient.js';
import { createRandom } from '../random.js';
import { CHECK_INS, checkInMessage, expectRefusal, reportMessage, USAGE_REPORTS } from '../reporting.js';
import type { Simulation } from '../simulation.js';
import { publicKeyOf, speakerOf, type Envelope } from '../siteSpeaker.js';
import { countRefusal, type Tally } from '../tally.js';
import { checkInsOf, reportOf } from '../world/index.js';
import type { InstalledSite } from './installedSites.js';

const DAY_MS = 86_400_000;

interface Misdeed {
  code: string;
  message: unknown;
  envelope?: Partial<Envelope>;
}

/** A JWS header that claims another algorithm, over the signature that was made. */
function withAlgorithm(alg: string): NonNullable<Envelope['tamper']> {
  return ({ bytes, signature }) => {
    const [header = '', , value = ''] = signature.split('.');
    const claims = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
    const changed = Buffer.from(JSON.stringify({ ...claims, alg })).toString('base64url');
    return { bytes, signature: `${changed}..${alg === 'none' ? '' : value}` };
  };
}

/** Forged, truncated, misdirected, absurd: each has its own code and no effect. */
function misdeeds(simulation: Simulation, meter: string): Misdeed[] {
  const now = simulation.clock.now();
  const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const counted = (count: unknown, observedAt = at(-1)) => ({
    sentAt: now.toISOString(),
    checkIns: [{ observedAt, counts: [{ tenant: null, meter, count }] }],
  });
  const text = (count: string) => JSON.stringify(counted(0)).replace('"count":0', `"count":${count}`);
  const good = counted(5);
  return [
    { code: 'QUANTITY_INVALID', message: counted(-5) },
    { code: 'QUANTITY_INVALID', message: counted('5') },
    { code: 'QUANTITY_INVALID', message: counted(1.5) },
    { code: 'QUANTITY_INVALID', message: text('1e308') },
    { code: 'QUANTITY_INVALID', message: text('9007199254740993') },
    { code: 'BODY_MALFORMED', message: text('NaN') },
    { code: 'VALIDATION_FAILED', message: { ...good, mspId: 'another' } },
    { code: 'METER_UNKNOWN', message: JSON.stringify(good).replace(meter, 'fax.page') },
    { code: 'OBSERVED_IN_FUTURE', message: counted(5, at(3)) },
    { code: 'OBSERVED_TOO_OLD', message: counted(5, at(-1_000)) },
    { code: 'CLOCK_UNUSABLE', message: { ...good, sentAt: at(30) } },
    {
      code: 'SIGNATURE_INVALID',
      message: good,
      envelope: { tamper: (sent) => ({ ...sent, bytes: Buffer.from('{}') }) },
    },
    {
      code: 'SIGNATURE_MALFORMED',
      message: good,
      envelope: { tamper: (sent) => ({ ...sent, signature: sent.signature.slice(0, 40) }) },
    },
    { code: 'SIGNATURE_INVALID', message: good, envelope: { forged: { path: USAGE_REPORTS } } },
    { code: 'SIGNATURE_EXPIRED', message: good, envelope: { forged: { iat: Math.floor(at(-1).getTime() / 1000) } } },
    { code: 'ALGORITHM_NOT_ALLOWED', message: good, envelope: { tamper: withAlgorithm('none') } },
    { code: 'ALGORITHM_NOT_ALLOWED', message: good, envelope: { tamper: withAlgorithm('HS256') } },
  ];
}

async function useUnknownKeys(simulation: Simulation, { site }: InstalledSite, tally: Tally): Promise<void> {
  const { world, client } = simulation;
  for (const [index, secret] of world.unknownKeys.entries()) {
    const random = createRandom(world.seed, 'stranger', index);
    const installation = { id: random.uuid(), secret: random.bytes(32) };
    const body = {
      key: formatMeteredKey(secret),
      installationId: installation.id,
      product: site.product,
      productVersion: site.productVersion,
      signingKey: { publicKey: publicKeyOf(installation).toString('base64url') },
      period: world.period,
    };
    const answer = await client.send({ method: 'POST', path: '/v1/site/activations', body });
    if (answer.code !== 'UNKNOWN_KEY') {
      throw new UnexpectedAnswer('POST /v1/site/activations with an unknown key', answer.status, answer.body);
    }
    countRefusal(tally, answer.code);
  }
}

/** Sends everything that must be refused, from one ordinary site that has sent its month already. */
export async function misbehave(simulation: Simulation, sites: readonly InstalledSite[], tally: Tally): Promise<void> {
  const { world } = simulation;
  const culprit = sites.find(({ site }) => site.role === 'ordinary');
  if (culprit === undefined) return;
  const { msp, site, siteId } = culprit;
  const [installation] = site.installations;
  const speaker = speakerOf(siteId, installation);
  const meter = site.lines[0]?.meter ?? 'mail-server.mailbox';
  for (const { code, message, envelope } of misdeeds(simulation, meter)) {
    await expectRefusal(simulation, speaker, message, { path: CHECK_INS, ...envelope }, code, tally);
  }
  const replayed = { path: CHECK_INS, forged: { nonce: `replayed-${String(Date.now()).padStart(20, '0')}` } };
  const observed = checkInMessage(simulation, site, checkInsOf(world, msp, site, installation, 'current'));
  await expectRefusal(
    simulation,
    speaker,
    { ...observed, checkIns: observed.checkIns.map((item) => ({ ...item, counts: item.counts.slice(1) })) },
    { path: CHECK_INS, forged: replayed.forged },
    'ID_REUSED_WITH_OTHER_CONTENT',
    tally,
  );
  await expectRefusal(simulation, speaker, observed, replayed, 'NONCE_REUSED', tally);
  const peaks = (reportOf(site, installation, 'current') ?? []).map((line) => ({ ...line, count: line.count + 1 }));
  const report = { path: USAGE_REPORTS, period: world.period };
  await expectRefusal(
    simulation,
    speaker,
    reportMessage(simulation, site, world.period, peaks),
    report,
    'ID_REUSED_WITH_OTHER_CONTENT',
    tally,
  );
  // Signed by a key that was never registered, and by one that belongs to nobody here.
  const stranger = { ...speaker, signingKeyId: 'sk_of-nobody-at-all' };
  await expectRefusal(
    simulation,
    stranger,
    reportMessage(simulation, site, world.period, peaks),
    report,
    'UNKNOWN_KEY',
    tally,
  );
  await useUnknownKeys(simulation, culprit, tally);
}
