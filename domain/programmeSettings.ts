import { REGISTRATION_POLICY, type RegistrationPolicy } from './msp.js';
import { CONTACT_POLICY, PROVISIONING_POLICY, type ContactPolicy, type ProvisioningPolicy } from './site.js';

/** What a programme sets otherwise than the rules' defaults; checked when it is saved (api/schemas). */
export interface ProgrammeSettings {
  /** Where the partner team reads its mail; the vendor's address unless set. */
  partnerTeamEmail?: string;
  registration?: Partial<RegistrationPolicy>;
  contact?: Partial<ContactPolicy>;
  provisioning?: Partial<ProvisioningPolicy>;
}

/** Rule 14 as this programme has it. */
export function registrationPolicy(settings: ProgrammeSettings): RegistrationPolicy {
  return { ...REGISTRATION_POLICY, ...settings.registration };
}

/** Rule 6 as this programme has it. */
export function contactPolicy(settings: ProgrammeSettings): ContactPolicy {
  return { ...CONTACT_POLICY, ...settings.contact };
}

export function provisioningPolicy(settings: ProgrammeSettings): ProvisioningPolicy {
  return { ...PROVISIONING_POLICY, ...settings.provisioning };
}
