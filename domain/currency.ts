/**
 * ISO 4217: digits after the decimal point per currency in use (list one), and of those withdrawn lately (list three). A test keeps it in step with data/iso-4217.csv.
 * Never taken from Intl, which says 0 for HUF (rule 11).
 */
const BY_EXPONENT: Readonly<Record<number, string>> = {
  0: ['BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'].join(' '),
  2: [
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE',
    'CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD',
    'HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK',
    'MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD',
    'RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH',
    'USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG',
  ].join(' '),
  3: ['BHD IQD JOD KWD LYD OMR TND'].join(' '),
  4: ['CLF UYW'].join(' '),
};

/**
 * Withdrawn since 2018: documents in them are kept for at least eight years (rule 15) and must stay legible. ISO 4217
 * no longer says their digits; all of these had two. A currency that is withdrawn moves here from the list above.
 */
const WITHDRAWN: ReadonlyMap<string, number> = new Map(
  'ANG BGN CUC HRK SLL VEF ZWL'.split(' ').map((code) => [code, 2]),
);

const IN_USE: ReadonlyMap<string, number> = new Map(
  Object.entries(BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(exponent)]),
  ),
);

const EXPONENTS: ReadonlyMap<string, number> = new Map([...IN_USE, ...WITHDRAWN]);

/** Every currency Kontor can write, withdrawn ones included, in alphabetical order. */
export const CURRENCIES: readonly string[] = [...EXPONENTS.keys()].sort();

/** Whether amounts in it can be read and written; it may have been withdrawn since. */
export function isCurrency(code: string): boolean {
  return EXPONENTS.has(code);
}

/** Whether it is still legal tender somewhere: only then a new price list or a new distributor may use it. */
export function isCurrencyInUse(code: string): boolean {
  return IN_USE.has(code);
}

/** Digits of the minor unit: JPY 0, EUR 2, KWD 3. Throws a RangeError on a code that is in neither list. */
export function exponentOf(currency: string): number {
  const exponent = EXPONENTS.get(currency);
  if (exponent === undefined) throw new RangeError(`"${currency}" is not an ISO 4217 currency code`);
  return exponent;
}
