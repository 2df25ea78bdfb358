/** What of a person's login changes with a mail to her. */
export const LOGIN_CHANGES = [
  'password',
  'passwordSet',
  'authenticatorSetUp',
  'authenticatorRemoved',
  'recoveryCodes',
] as const;

export type LoginChange = (typeof LOGIN_CHANGES)[number];
