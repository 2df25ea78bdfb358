import { PRODUCTS, type ProductCode } from '../catalog/index.js';
import { version } from './kinds.js';
import { setting, settingsGroup, type Setting } from './settingsGroup.js';

// Object.fromEntries forgets the names: there is one entry for each product of the catalogue.
const members = Object.fromEntries(
  PRODUCTS.map(({ code, name, minimumVersion }) => [
    code,
    setting<string>(version, minimumVersion, `Older installations of ${name} are refused at activation`),
  ]),
) as Record<ProductCode, Setting<string>>;

/** Rule 23: the oldest version of each product that the programme takes; the catalogue's unless set. */
export const minimumVersions = settingsGroup(23, members);
