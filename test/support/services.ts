/** What the run started, as its suites see it. */
export interface Services {
  adminUrl: string;
  temporalAddress: string;
}

export const TEMPLATE = 'kontor_template';
export const LOGIN_PASSWORD = 'test';

export function services(): Services {
  const started = process.env.KONTOR_TEST_SERVICES;
  if (started === undefined) throw new Error('Run the tests with `npm run test:jest`: it starts their services.');
  return JSON.parse(started) as Services;
}
