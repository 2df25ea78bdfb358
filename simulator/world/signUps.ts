import { createRandom, type Random } from '../random.js';
import type { SignUp } from './types.js';
import { mspName } from './names.js';

type Country = 'IT' | 'DE' | 'PL' | 'JP';

interface Place {
  locale: SignUp['locale'];
  zone: string;
  address: string[];
}

const PLACES: Readonly<Record<Country, Place>> = {
  IT: { locale: 'it', zone: 'Europe/Rome', address: ['Via Esempio 5', '00100 Roma'] },
  DE: { locale: 'de', zone: 'Europe/Berlin', address: ['Musterweg 7', '80331 München'] },
  PL: { locale: 'pl', zone: 'Europe/Warsaw', address: ['ul. Wzorcowa 9', '31-001 Kraków'] },
  JP: { locale: 'en', zone: 'Asia/Tokyo', address: ['中央区見本4-5-6', '大阪府 540-0001'] },
};

/** An MSP chooses its own zone: some are on the other side of UTC, of a half hour, or of a clock change. */
const FAR_ZONES = [
  'Atlantic/Azores',
  'America/Sao_Paulo',
  'Pacific/Auckland',
  'America/New_York',
  'Asia/Kolkata',
] as const;

/** Each territory is served from the first MSPs on; names in other letters sit where they are at home. */
const COUNTRY_BY_INDEX: readonly Country[] = ['IT', 'DE', 'PL', 'JP', 'PL', 'DE', 'IT', 'JP'];

function countryOf(index: number, random: Random): Country {
  const fixed = COUNTRY_BY_INDEX[index];
  if (fixed !== undefined) return fixed;
  return random.pick(['IT', 'IT', 'IT', 'DE', 'DE', 'DE', 'PL', 'JP']);
}

/** The sign-up of the MSP with that index, alone in the world: the same whatever else is in it. */
export function signUpOf(seed: number, index: number): SignUp {
  const random = createRandom(seed, 'sign-up', index);
  const country = countryOf(index, random);
  const { locale, zone, address } = PLACES[country];
  const number = String(index + 1).padStart(4, '0');
  return {
    mspId: random.uuid(),
    company: { name: mspName(index), registrationNumber: `${country}-${number}`, address, country },
    contact: { name: `Contact ${number}`, email: `billing@msp-${number}.example` },
    locale: random.chance(0.12) ? 'en' : locale,
    zone: index >= COUNTRY_BY_INDEX.length && random.chance(0.18) ? random.pick(FAR_ZONES) : zone,
  };
}

/** The same company once more under another name: flagged, not refused (rule 14). */
export function asDuplicate(signUp: SignUp, of: SignUp): SignUp {
  return { ...signUp, company: { ...signUp.company, registrationNumber: of.company.registrationNumber } };
}
