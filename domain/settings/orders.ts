import { VIEWS } from '../access/views.js';
import { z } from 'zod';
import { PRODUCTS } from '../catalog/index.js';
import { isCurrencyInUse } from '../currency.js';
import { decimalPrice } from '../pricing/decimalPrice.js';
import { days, type SettingKind } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

const productCode = z.enum(PRODUCTS.map(({ code }) => code));

/** Up to which amount an order is approved without a person; `product` null: every product. */
const approvalRule = z.strictObject({
  view: z.enum(VIEWS),
  product: productCode.nullable(),
  currency: z.string().refine(isCurrencyInUse),
  amount: decimalPrice,
});
type ApprovalRule = z.infer<typeof approvalRule>;

const approvalRules: SettingKind<readonly ApprovalRule[]> = {
  unit: 'amount per view and product',
  range: 'up to 50 objects of view, product (null: every one), currency and amount',
  schema: (error) => z.array(approvalRule, error).max(50, error).readonly(),
};

const products: SettingKind<readonly z.infer<typeof productCode>[]> = {
  unit: 'product codes',
  range: 'products of the catalogue',
  schema: (error) => z.array(productCode, error).readonly(),
};

/** Rule 21: how orders are approved, and what an MSP has to order before it may use it. */
export const orders = settingsGroup(21, {
  approveUpTo: setting<readonly ApprovalRule[]>(
    approvalRules,
    [],
    'Orders approved by rule: of that view and product, up to that amount; every other waits for the partner team',
  ),
  expireAfterDays: setting(days, 30, 'An order that nobody decided expires'),
  enabledByOrder: setting<readonly z.infer<typeof productCode>[]>(
    products,
    [],
    'Products that an MSP may use only once an approved order enabled them; every other is open to all',
  ),
});

export type OrderSettings = ReturnType<typeof orders.resolve>;
